using System.Text.Json;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

/// <summary>What viem answered, from <c>generate-primitives.mjs</c>.</summary>
internal static class PrimitiveVectors
{
    private static readonly JsonElement File = VectorFile.Read("primitives.json");

    public static JsonElement[] Of(string kind, int count)
    {
        var cases = File.GetProperty(kind).EnumerateArray().ToArray();
        Assert.Equal(count, cases.Length);
        return cases;
    }

    public static byte[] Bytes(this JsonElement json, string member) => Hex.Decode(json.Text(member));

    public static UInt256 Number(this JsonElement json, string member) => UInt256.Parse(json.Text(member));
}
