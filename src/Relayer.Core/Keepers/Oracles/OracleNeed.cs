using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>What ERC-7412 says is missing, read from revert data. Pure.</summary>
public abstract record OracleNeed
{
    // Errors within errors: deeper than any contract in use, shallow enough for hostile data.
    private const int MaxDepth = 4;

    // Far above all ether, and far from overflow where fees are added up.
    private const int MostFeeBits = 128;

    private static readonly AbiSignature DataRequired = AbiSignature.Parse("OracleDataRequired(address,bytes)");
    private static readonly AbiSignature PricedDataRequired = AbiSignature.Parse("OracleDataRequired(address,bytes,uint256)");
    private static readonly AbiSignature FeeRequired = AbiSignature.Parse("FeeRequired(uint256)");
    private static readonly AbiSignature Errors = AbiSignature.Parse("Errors(bytes[])");

    private OracleNeed()
    {
    }

    /// <summary>Data from outside the chain.</summary>
    public sealed record Data(IReadOnlyList<OracleQuery> Queries) : OracleNeed;

    /// <summary>This many wei, exactly.</summary>
    public sealed record Fee(Wei Amount) : OracleNeed;

    /// <summary>Reads revert data; <see langword="null"/> when it is no such error, or one that cannot be read.</summary>
    public static OracleNeed? Read(ReadOnlySpan<byte> data) => Read(data, 0);

    private static OracleNeed? Read(ReadOnlySpan<byte> data, int depth)
    {
        if (FeeRequired.TryDecode(data, out var fee))
        {
            return fee[0].AsInteger().GetBitLength() <= MostFeeBits ? new Fee(new Wei(fee[0].AsUInt256())) : null;
        }

        if (DataRequired.TryDecode(data, out var required) || PricedDataRequired.TryDecode(data, out required))
        {
            return OracleQuery.TryRead(required[0].AsAddress(), required[1].AsBytes().Span, out var query) ? new Data([query]) : null;
        }

        return depth < MaxDepth && Errors.TryDecode(data, out var nested) ? Join(nested[0].AsItems(), depth + 1) : null;
    }

    /// <summary>What several errors need together. One that is no need at all makes the whole none: it would revert all the same.</summary>
    private static OracleNeed? Join(IReadOnlyList<AbiValue> errors, int depth)
    {
        var queries = new List<OracleQuery>();
        OracleNeed? fee = null;
        foreach (var error in errors)
        {
            switch (Read(error.AsBytes().Span, depth))
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

        return queries.Count > 0 ? new Data([.. queries.DistinctBy(query => query.Key)]) : fee;
    }
}
