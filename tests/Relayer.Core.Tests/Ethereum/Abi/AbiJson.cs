using System.Globalization;
using System.Numerics;
using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum.Abi;

/// <summary>Values as the vectors write them: numbers in decimal text, bytes in hexadecimal, tuples and arrays as lists.</summary>
internal static class AbiJson
{
    public static AbiValue Read(AbiType type, JsonElement json) => type switch
    {
        AbiType.Number => BigInteger.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        AbiType.Account => Address.Parse(json.GetString()),
        AbiType.Flag => json.GetBoolean(),
        AbiType.FixedBytes or AbiType.Blob => Hex.Decode(json.GetString()),
        AbiType.Text => json.GetString()!,
        AbiType.Array array => new AbiValue.Sequence([.. json.EnumerateArray().Select(item => Read(array.Element, item))]),
        AbiType.Tuple tuple => new AbiValue.Sequence(
            [.. json.EnumerateArray().Select((item, i) => Read(tuple.Members[i], item))]),
        _ => throw new InvalidOperationException($"no such type: {type}"),
    };
}
