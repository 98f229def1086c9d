using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>What ERC-7412 says is missing, read from revert data. Pure.</summary>
/// <remarks>By hand: thousands of accounts may answer with it in one run.</remarks>
public abstract record OracleNeed
{
    // Errors within errors: deeper than any contract in use, shallow enough for hostile data.
    private const int MaxDepth = 4;

    // Far above all ether, and far from overflow where fees are added up.
    private const int MostFeeBits = 128;

    private OracleNeed()
    {
    }

    /// <summary>Data from outside the chain.</summary>
    public sealed record Data(IReadOnlyList<OracleQuery> Queries) : OracleNeed;

    /// <summary>This many wei, exactly.</summary>
    public sealed record Fee(Wei Amount) : OracleNeed;

    /// <summary>Reads revert data; <see langword="null"/> when it is no such error, or one that cannot be read.</summary>
    public static OracleNeed? Read(ReadOnlySpan<byte> data) => Read(data, 0);

    // OracleDataRequired(address,bytes) and (address,bytes,uint256), FeeRequired(uint256), Errors(bytes[]).
    private static OracleNeed? Read(ReadOnlySpan<byte> data, int depth) => data switch
    {
        [0xea, 0x95, 0x8d, 0xf6, .. var arguments] => ReadFee(arguments),
        [0xcf, 0x2c, 0xab, 0xdf, .. var arguments] => ReadData(arguments, 2),
        [0x0e, 0x71, 0x86, 0xfb, .. var arguments] => ReadData(arguments, 3),
        [0x0b, 0x42, 0xfd, 0x17, .. var arguments] when depth < MaxDepth => ReadErrors(arguments, depth + 1),
        _ => null,
    };

    private static Fee? ReadFee(ReadOnlySpan<byte> arguments)
    {
        var reader = new AbiReader(arguments);
        var amount = reader.Number(MostFeeBits);
        return reader.IsAtEnd ? new Fee(new Wei(amount)) : null;
    }

    private static Data? ReadData(ReadOnlySpan<byte> arguments, int words)
    {
        var reader = new AbiReader(arguments);
        var oracle = reader.Address();
        reader.Expect(words * AbiWriter.Word);
        for (var i = 2; i < words; i++)
        {
            reader.Number();
        }

        var asked = reader.Tail();
        return reader.IsAtEnd && OracleQuery.TryRead(oracle, asked, out var query) ? new Data([query]) : null;
    }

    /// <summary>What several errors need together. One that is no need at all makes the whole none: it would revert all the same.</summary>
    private static OracleNeed? ReadErrors(ReadOnlySpan<byte> arguments, int depth)
    {
        var reader = new AbiReader(arguments);
        reader.Expect(AbiWriter.Word);
        var count = reader.Count();
        var offsets = reader.Offsets(count);
        var queries = new List<OracleQuery>();
        OracleNeed? fee = null;
        for (var i = 0; i < count; i++)
        {
            reader.Follow(offsets, i);
            var error = reader.Tail();
            switch (reader.IsIntact ? Read(error, depth) : null)
            {
                case Data data:
                    queries.AddRange(data.Queries);
                    break;
                case Fee one:
                    fee = one;
                    break;
                default:
                    return null;
            }
        }

        return !reader.IsAtEnd ? null : queries.Count > 0 ? new Data([.. queries.DistinctBy(query => query.Key)]) : fee;
    }
}
