using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>What an ERC-7412 oracle wants to know (Synthetix's oracle over Pyth).</summary>
/// <param name="Oracle">The contract that takes the answer.</param>
/// <param name="Kind">1: a price not older than <paramref name="Time"/> seconds; 2: the first price at or after <paramref name="Time"/>.</param>
/// <param name="Time">Seconds.</param>
/// <param name="Ids">The feeds.</param>
public sealed record OracleQuery(Address Oracle, byte Kind, ulong Time, IReadOnlyList<Hash32> Ids)
{
    /// <summary>The newest price.</summary>
    public const byte Latest = 1;

    /// <summary>The price at a time.</summary>
    public const byte Benchmark = 2;

    /// <summary>The most feeds of one query.</summary>
    private const int MaxIds = 32;

    private static readonly AbiType.Tuple Dynamic = AbiSignature.Parse("q(uint8,uint64,bytes32[])").Inputs;
    private static readonly AbiSignature Fulfil = AbiSignature.Parse("fulfillOracleQuery(bytes)");
    private static readonly AbiType.Tuple Answer = AbiSignature.Parse("a(uint8,uint64,bytes32[],bytes[])").Inputs;

    /// <summary>A name for the same question.</summary>
    public string Key => $"{Oracle}:{Kind}:{Time}:{string.Join(',', Ids)}";

    /// <summary>Reads a query in either of its encodings: <c>bytes32[N]</c> in place, or <c>bytes32[]</c>.</summary>
    public static bool TryRead(Address oracle, ReadOnlySpan<byte> query, out OracleQuery read)
    {
        read = new OracleQuery(oracle, 0, 0, []);
        if (AbiDecoder.TryDecode(Dynamic, query, out var values) && TryMake(oracle, values, values[2].AsItems(), out read))
        {
            return true;
        }

        // In place: three words for one feed, and one more for each other.
        var count = (query.Length / AbiWriter.Word) - 2;
        if (query.Length % AbiWriter.Word != 0 || count is < 1 or > MaxIds)
        {
            return false;
        }

        var type = AbiSignature.Parse($"q(uint8,uint64,bytes32[{count}])").Inputs;
        return AbiDecoder.TryDecode(type, query, out values) && TryMake(oracle, values, values[2].AsItems(), out read);
    }

    /// <summary>The call that answers the query.</summary>
    public byte[] FulfilData(IReadOnlyList<byte[]> updates) => Fulfil.Encode(AbiEncoder.Encode(
        Answer, (ulong)Kind, Time, AbiValue.Of([.. Ids.Select(id => (AbiValue)id)]), AbiValue.Of([.. updates.Select(update => (AbiValue)update)])));

    private static bool TryMake(Address oracle, IReadOnlyList<AbiValue> values, IReadOnlyList<AbiValue> ids, out OracleQuery query)
    {
        query = new OracleQuery(oracle, (byte)values[0].AsUInt64(), values[1].AsUInt64(), [.. ids.Select(id => id.AsHash32())]);
        return query.Kind is Latest or Benchmark && query.Ids.Count is > 0 and <= MaxIds;
    }
}
