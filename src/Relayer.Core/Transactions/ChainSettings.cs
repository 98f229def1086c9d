using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Replacement;

namespace Relayer.Core.Transactions;

/// <summary>What the engine needs to know of a chain, read once from the validated options.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Confirmations">Blocks on top before a transaction counts as confirmed.</param>
/// <param name="MaxInFlight">Transactions of one signer under way at once.</param>
/// <param name="Fees">The limits on fees.</param>
/// <param name="ReadingMaxAge">How long one reading of fees and balances is used.</param>
/// <param name="Speed">What is offered where nothing else is asked for.</param>
/// <param name="Bumps">When a transaction is replaced, and when it is given up.</param>
/// <param name="DataGas">Gas that each transaction needs on top of its limit, for its data; at least, where the chain is asked.</param>
/// <param name="DataFee">Wei that each transaction may cost beside its gas, for its data; at least, where the chain is asked.</param>
/// <param name="Batching">How much one transaction of several requests may hold.</param>
public sealed record ChainSettings(
    ChainId ChainId, int Confirmations, int MaxInFlight, FeeLimits Fees, TimeSpan ReadingMaxAge, Speed Speed, FeeBumpSchedule Bumps,
    ulong DataGas, Wei DataFee, BatchLimits Batching)
{
    /// <summary>Gas that a signer must be able to pay for, or it is paused.</summary>
    public ulong SignerReserveGas { get; init; }

    /// <summary>How fast the chain makes blocks, and from when on it stands still.</summary>
    public ChainPace Pace { get; init; } = new(null, TimeSpan.FromMinutes(2));

    /// <summary>Whom to ask what data costs: <c>none</c>, <c>op</c> or <c>arbitrum</c>.</summary>
    public string DataFees { get; init; } = "none";

    /// <summary>What is reserved for data, in percent of what the chain says.</summary>
    public int DataFeePercent { get; init; } = 100;

    /// <summary>The same with what data costs now.</summary>
    internal ChainSettings With(DataCost data) => this with { DataGas = data.Gas, DataFee = data.Fee };

    /// <summary>Reads validated options.</summary>
    /// <exception cref="ArgumentException">A speed that validation would have refused.</exception>
    public static ChainSettings From(ChainOptions options) => new(
        new ChainId(options.ChainId),
        options.Confirmations,
        options.MaxInFlightPerSigner,
        new FeeLimits(
            options.Fees.MaxFeePerGasWei, options.Fees.MaxPriorityFeePerGasWei, options.Fees.LeastTipOn(options.ChainId),
            options.Fees.BaseFeePercent, options.Fees.Legacy),
        options.Fees.MaxAge,
        Enum.Parse<Speed>(options.Fees.Speed, ignoreCase: true),
        new FeeBumpSchedule(options.Fees.BumpAfter, options.Fees.BumpEvery, options.Fees.CloseBefore),
        (ulong)options.Fees.DataGas,
        options.Fees.DataFeeWei,
        new BatchLimits(options.Batching.MaxRequests, (ulong)options.Batching.MaxGas))
    {
        SignerReserveGas = (ulong)options.SignerReserveGas,
        Pace = ChainPace.From(options),
        DataFees = options.Fees.DataFees,
        DataFeePercent = options.Fees.DataFeePercent,
    };
}

/// <summary>How much one transaction of several requests may hold.</summary>
/// <param name="MaxRequests">Requests.</param>
/// <param name="MaxGas">Gas it asks for.</param>
public sealed record BatchLimits(int MaxRequests, ulong MaxGas);
