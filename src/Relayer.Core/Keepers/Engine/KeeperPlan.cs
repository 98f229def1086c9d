using Relayer.Core.Ethereum;
using Relayer.Core.Nethereum;

namespace Relayer.Core.Keepers.Engine;

/// <summary>What is to become of work that is not acted on now.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>It is looked at again.</summary>
    /// <param name="Reason">One of <see cref="KeeperReasons"/>.</param>
    /// <param name="Until">When.</param>
    /// <param name="Detail">For people.</param>
    /// <param name="IsAttempt">It counts as a try without effect.</param>
    public sealed record Wait(string Reason, DateTimeOffset Until, string? Detail = null, bool IsAttempt = false) : Decision;

    /// <summary>It is over.</summary>
    /// <param name="State">Lost, failed or dropped.</param>
    /// <param name="Reason">One of <see cref="KeeperReasons"/>.</param>
    /// <param name="Detail">For people.</param>
    public sealed record End(WorkState State, string Reason, string? Detail = null) : Decision;
}

/// <summary>A transaction to send, and the work it does.</summary>
/// <param name="Works">All of one lane.</param>
/// <param name="To">The contract.</param>
/// <param name="Value">Wei sent along, and spent when it succeeds.</param>
/// <param name="GasLimit">The most gas.</param>
/// <param name="Data">Calldata.</param>
/// <param name="ExpiresAt">From then on it is not worth sending.</param>
/// <param name="Reward">What it should bring, in wei; zero where that is not known.</param>
public sealed record KeeperAction(
    IReadOnlyList<KeeperWork> Works, Address To, Wei Value, ulong GasLimit, ReadOnlyMemory<byte> Data, DateTimeOffset? ExpiresAt, Wei Reward)
{
    /// <summary>The gas that it was measured to take; where that is not known, all of <see cref="GasLimit"/>.</summary>
    public ulong ExpectedGas { get; init; } = GasLimit;

    /// <summary>
    /// The keeper's own code, which sends the transaction by the scope that it is given; <see langword="null"/> to send what stands here. One that
    /// cannot go on says why with a <see cref="TransactionRefusedException"/>.
    /// </summary>
    public Func<SendScope, Task>? Act { get; init; }
}

/// <summary>What a planner decided on.</summary>
/// <param name="Decisions">Work that is not acted on.</param>
/// <param name="Actions">Transactions to send.</param>
public sealed record KeeperPlan(IReadOnlyList<(KeeperWork Work, Decision Decision)> Decisions, IReadOnlyList<KeeperAction> Actions)
{
    /// <summary>Nothing.</summary>
    public static KeeperPlan Empty { get; } = new([], []);
}

/// <summary>One run of a keeper.</summary>
/// <param name="Now">When it began.</param>
public sealed record KeeperRun(DateTimeOffset Now);
