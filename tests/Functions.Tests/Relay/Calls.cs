using System.Text;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Relay;

/// <summary>Calldata for the demo's target, word by word.</summary>
internal static class Calls
{
    public static byte[] Increment => Of("increment()");

    public static byte[] Forbidden => Of("forbidden()");

    public static byte[] Fail(string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        return [.. Of("fail(string)"), .. Word(32), .. Word((ulong)text.Length), .. text, .. new byte[(32 - (text.Length % 32)) % 32]];
    }

    public static byte[] Burn(ulong gas) => [.. Of("burn(uint256)"), .. Word(gas)];

    public static byte[] Of(string signature) => Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).Span[..4].ToArray();

    public static byte[] Word(UInt256 number)
    {
        var word = new byte[32];
        number.WriteBigEndian(word);
        return word;
    }
}
