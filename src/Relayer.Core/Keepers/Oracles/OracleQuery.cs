using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;

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

    private const int FixedWords = 2;

    /// <summary>A name for the same question.</summary>
    public string Key => $"{Oracle}:{Kind}:{Time}:{string.Join(',', Ids)}";

    /// <summary>Reads a query in either of its encodings: <c>bytes32[N]</c> in place, or <c>bytes32[]</c>.</summary>
    public static bool TryRead(Address oracle, ReadOnlySpan<byte> query, out OracleQuery read)
    {
        // In place: three words for one feed, and one more for each other. With an offset and a length it is two more.
        var inPlace = (query.Length / AbiWriter.Word) - FixedWords;
        return TryRead(oracle, query, null, out read) || TryRead(oracle, query, inPlace, out read);
    }

    /// <summary>The call that answers the query.</summary>
    public byte[] FulfilData(IReadOnlyList<byte[]> updates) => Typed.Encode(new FulfillOracleQueryFunction
    {
        SignedOffchainData = Typed.EncodeMembers(
            new SignedOffchainData { Kind = Kind, Time = Time, Ids = [.. Ids.Select(id => id.ToArray())], Updates = [.. updates] }),
    });

    private static bool TryRead(Address oracle, ReadOnlySpan<byte> query, int? count, out OracleQuery read)
    {
        var reader = new AbiReader(query);
        var kind = (byte)reader.Small(8);
        var time = reader.Small();
        if (count is null)
        {
            reader.Expect((FixedWords + 1) * AbiWriter.Word);
            count = reader.Count();
        }

        var ids = new Hash32[Math.Clamp(count.Value, 0, MaxIds)];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = reader.Hash();
        }

        read = new OracleQuery(oracle, kind, time, ids);
        return reader.IsAtEnd && kind is (Latest or Benchmark) && ids.Length > 0;
    }
}
