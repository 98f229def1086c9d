using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Engine;

/// <summary>Work of one kind on one chain. The cast is always the same: a finder, a pure planner, this, and options.</summary>
public interface IKeeper
{
    /// <summary>The kind's name: the purpose of its transactions in the ledger.</summary>
    string Name { get; }

    /// <summary>The chain.</summary>
    ChainId ChainId { get; }

    /// <summary>The lanes, by name.</summary>
    IReadOnlyDictionary<string, KeeperLimits> Lanes { get; }

    /// <summary>Looks for work and records it.</summary>
    /// <returns>How much was new.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<int> FindAsync(KeeperRun run, CancellationToken cancellation);

    /// <summary>Looks at the chain again, right before anything is sent, and decides about work that is due.</summary>
    /// <param name="due">Open work whose time has come.</param>
    /// <param name="payer">Who may pay, to simulate with, and what it would cost.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation);
}

/// <summary>Who would pay for an action, and at what price.</summary>
/// <param name="Account">An account that may pay.</param>
/// <param name="GasPrice">What a gas is expected to cost, in wei.</param>
/// <param name="DataGas">Gas on top of any gas limit for the transaction's data.</param>
/// <param name="DataFee">Wei that are charged for the data apart.</param>
public sealed record Payer(Address Account, Wei GasPrice, ulong DataGas, Wei DataFee)
{
    /// <summary>What a transaction is expected to cost that takes so much gas, in wei.</summary>
    public Wei CostOf(ulong gas, Wei value) => (GasPrice * (gas + DataGas)) + value + DataFee;

    /// <summary>How much gas a transaction may take to cost no more than an amount.</summary>
    public ulong GasFor(Wei amount)
    {
        if (amount <= DataFee)
        {
            return 0;
        }

        var gas = GasPrice.IsZero ? ulong.MaxValue : BigInteger.Min((amount - DataFee).ToBigInteger() / GasPrice.ToBigInteger(), ulong.MaxValue);
        return gas <= DataGas ? 0 : (ulong)(gas - DataGas);
    }
}

/// <summary>Reads in a mined transaction what it did for a piece of work. Needs no configuration: work outlives it.</summary>
public interface IKeeperOutcomes
{
    /// <summary>The keeper's name.</summary>
    string Name { get; }

    /// <summary>
    /// What it sends stays good while the chain stands still, since its window or its price is the chain's own. Otherwise it is given up by our clock: after hours
    /// it would act by an old price.
    /// </summary>
    bool IsTimedByChain => false;

    /// <summary>What a successful transaction did for one piece of its work.</summary>
    WorkOutcome Read(KeeperWork work, TransactionReceipt receipt);
}

/// <summary>What a transaction did for a piece of work.</summary>
/// <param name="IsDone">It did it.</param>
/// <param name="Reward">What it brought, in wei; zero where that is not known.</param>
/// <param name="Detail">For people.</param>
public readonly record struct WorkOutcome(bool IsDone, Wei Reward, string? Detail = null);

/// <summary>A keeper that reads events, and looks for missed ones a second time.</summary>
public interface IRecoveringKeeper
{
    /// <summary>Reads on in the slow second scan.</summary>
    /// <returns>How much the first scan had missed.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    Task<int> RecoverAsync(CancellationToken cancellation);
}
