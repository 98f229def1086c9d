using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>Decides about one piece of an upkeep's work. Pure.</summary>
public static class UpkeepPlanner
{
    /// <summary>What the second look at the check says by itself; <see langword="null"/> to go on and simulate.</summary>
    public static Decision? Evaluate(KeeperWork work, UpkeepCheck check, KeeperLimits limits, DateTimeOffset now) => check switch
    {
        UpkeepCheck.Idle => new Decision.End(WorkState.Lost, KeeperReasons.Community),
        UpkeepCheck.Faulty fault => Retry(work, limits, KeeperReasons.CheckFailed, fault.Detail, now),
        _ => null,
    };

    /// <summary>What the simulation says; <see langword="null"/> to send.</summary>
    public static Decision? Evaluate(KeeperWork work, CallOutcome simulation, KeeperLimits limits, DateTimeOffset now) => simulation switch
    {
        CallOutcome.Returned => null,
        CallOutcome.Reverted reverted => Retry(
            work, limits, KeeperReasons.SimulationReverted, RevertReason.Decode(reverted.Data.Span), now),
        CallOutcome.Refused { Error: { Kind: NodeErrorKind.OutOfGas } error } => Retry(work, limits, KeeperReasons.OutOfGas, error.Message, now),
        CallOutcome.Refused refused => Retry(work, limits, KeeperReasons.SimulationReverted, refused.Error.Message, now),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Another try, later each time, until there were enough.</summary>
    public static Decision Retry(KeeperWork work, KeeperLimits limits, string reason, string? detail, DateTimeOffset now) =>
        work.Attempts + 1 >= limits.MaxAttempts
            ? new Decision.End(WorkState.Failed, reason, detail)
            : new Decision.Wait(reason, now + KeeperPauses.Tries.After(work.Attempts + 1), detail, IsAttempt: true);

    /// <summary>The transaction.</summary>
    public static KeeperAction Act(KeeperWork work, Upkeep upkeep, ReadOnlyMemory<byte> performData, DateTimeOffset now) => new(
        [work], upkeep.Contract, Wei.Zero, upkeep.GasLimit, Upkeep.PerformData(performData), now + upkeep.TimeToLive, Wei.Zero);
}
