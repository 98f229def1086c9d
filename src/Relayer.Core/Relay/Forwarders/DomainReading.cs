using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>EIP-5267: a contract says which EIP-712 domain it verifies under.</summary>
internal static class DomainReading
{
    public static byte[] Encode() => [0x84, 0xb0, 0x19, 0x6e]; // eip712Domain()

    /// <summary>Reads <c>(bytes1,string,string,uint256,address,bytes32,uint256[])</c>; <see langword="false"/> when it is malformed or names extensions.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> returned, [NotNullWhen(true)] out Eip712Domain? domain)
    {
        domain = null;
        var reader = new AbiReader(returned);
        var fields = reader.Hash();
        reader.Expect(Heads);
        var versionAt = reader.Small(31);
        var (chainId, contract, salt) = (reader.Number(), reader.Address(), reader.Hash());
        var extensionsAt = reader.Small(31);
        var name = reader.Tail();
        var isInOrder = versionAt == (ulong)reader.Position;
        var version = reader.Tail();
        isInOrder &= extensionsAt == (ulong)reader.Position;
        if (reader.Count() != 0 || !reader.IsAtEnd || !isInOrder || !Utf8.IsValid(name) || !Utf8.IsValid(version))
        {
            return false;
        }

        // Bit i of the first byte says whether the i-th member is part of the domain.
        var present = fields.Span[0];
        if (present > 0b11111 || fields.Span[1..].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        domain = new Eip712Domain(
            (present & 1) != 0 ? Encoding.UTF8.GetString(name) : null,
            (present & 2) != 0 ? Encoding.UTF8.GetString(version) : null,
            (present & 4) != 0 ? chainId : null,
            (present & 8) != 0 ? contract : null,
            (present & 16) != 0 ? salt : null);
        return true;
    }

    private const int Heads = 7 * AbiWriter.Word;
}
