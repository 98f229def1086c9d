using Relayer.Core.Ethereum;

namespace Relayer.Core.Transactions.Fees;

/// <summary>What a chain charges for one transaction's data, beside what it charges as any chain does.</summary>
/// <param name="Gas">Gas on top of the limit.</param>
/// <param name="Fee">Wei that are charged apart.</param>
public readonly record struct DataCost(ulong Gas, Wei Fee);

/// <summary>What a rollup charges for data now, by its size. Pure.</summary>
/// <param name="LeastGas">Gas for any size, by configuration.</param>
/// <param name="LeastFee">Wei for any size, by configuration.</param>
public sealed record DataPrice(ulong LeastGas, Wei LeastFee)
{
    /// <summary>The size reckoned with where it is not known yet: a batch of some requests, or an oracle's update.</summary>
    public const int UsualBytes = 2_048;

    /// <summary>More than this is no answer: the largest transaction of any rollup is below.</summary>
    private const ulong MostGas = 100_000_000;

    /// <summary>Nothing is charged.</summary>
    public static DataPrice Free { get; } = new(0, Wei.Zero);

    /// <summary>What the chain itself said; <see langword="null"/> where it was not asked, or never answered.</summary>
    public DataRate? Rate { get; init; }

    /// <summary>What is reserved, in percent of what the chain said: it may rise before the transaction is mined.</summary>
    public int Percent { get; init; } = 100;

    /// <summary>Wei that a gas costs now, to tell the fee in gas; zero where that is not known.</summary>
    public Wei GasPrice { get; init; }

    /// <summary>What a transaction with so much calldata may cost for it.</summary>
    public DataCost Of(int bytes)
    {
        var most = Rate is { } rate ? rate.At(bytes) * (UInt128)Percent / 100 : 0;
        return Rate is { IsGas: true }
            ? new DataCost(Math.Max(LeastGas, (ulong)UInt128.Min(most, MostGas)), LeastFee)
            : new DataCost(LeastGas, Wei.Max(LeastFee, new Wei(most)));
    }

    /// <summary>The fee as the reservation counts it, for each transaction in flight by its own size; never below <see cref="Of"/>.</summary>
    internal DataReserve Reserve => new(Of(0).Fee, Rate is { IsGas: false } rate ? new Wei((rate.PerByte * (UInt128)Percent / 100) + 1) : Wei.Zero);

    /// <summary>
    /// The same in gas, for quotas: what is put on top of the limit, or the fee as the chain said it, at what a gas costs now. A fee that is
    /// only configured is a reserve and not counted.
    /// </summary>
    public ulong PaidGas(int bytes)
    {
        var gas = Of(bytes).Gas;
        if (Rate is not { IsGas: false } rate || GasPrice.IsZero)
        {
            return gas;
        }

        var inGas = (UInt256)rate.At(bytes) / GasPrice.Value;
        return gas + (inGas > MostGas ? MostGas : (ulong)inGas);
    }
}

/// <summary>A price that was read at two sizes. Between them, and beyond, it is a straight line; below the smaller it stays.</summary>
/// <param name="IsGas">In gas, otherwise in wei.</param>
/// <param name="AtFew">For <see cref="Few"/> bytes.</param>
/// <param name="AtMany">For <see cref="Many"/> bytes.</param>
public sealed record DataRate(bool IsGas, UInt128 AtFew, UInt128 AtMany)
{
    /// <summary>The smaller size: less than any call to a forwarder.</summary>
    public const int Few = 256;

    /// <summary>The larger size.</summary>
    public const int Many = 4_096;

    /// <summary>What so many bytes cost.</summary>
    public UInt128 At(int bytes) => bytes <= Few ? AtFew : AtFew + (((AtMany - AtFew) * (UInt128)(bytes - Few)) + Span - 1) / Span;

    /// <summary>What a byte more costs, rounded up.</summary>
    internal UInt128 PerByte => ((AtMany - AtFew) + Span - 1) / Span;

    private static UInt128 Span => Many - Few;
}

/// <summary>Wei for each transaction's data: a fee, and on top of it something for each byte beyond <see cref="DataRate.Few"/>.</summary>
internal readonly record struct DataReserve(Wei Fee, Wei PerByte)
{
    public Wei Of(int bytes) => Fee + (PerByte * (ulong)Math.Max(0, bytes - DataRate.Few));
}
