using System.Diagnostics;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Engine;

/// <summary>Decides about work that is worth waiting for, such as what users own: only transactions without effect are counted. Pure.</summary>
internal static class PatientPlanner
{
    /// <summary>The least time between two looks at one piece of work.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>When work is looked at again: a quarter of the time it has waited, within bounds. The longer it has waited, the later.</summary>
    public static DateTimeOffset Later(KeeperWork work, DateTimeOffset now)
    {
        var wait = (now - work.FoundAt) / 4;
        return now + (wait < Shortest ? Shortest : wait > Longest ? Longest : wait);
    }

    /// <summary>What the number of tries says; <see langword="null"/> to go on.</summary>
    public static Decision? EvaluateAttempts(KeeperWork work, KeeperLimits limits) =>
        work.Attempts >= limits.MaxAttempts ? new Decision.End(WorkState.Failed, KeeperReasons.TooManyAttempts) : null;

    /// <summary>What the simulation says, whatever it returned; <see langword="null"/> to send.</summary>
    public static Decision? Evaluate(KeeperWork work, CallOutcome simulation, DateTimeOffset now) => simulation switch
    {
        CallOutcome.Returned => null,
        CallOutcome.Reverted reverted => new Decision.Wait(
            KeeperReasons.SimulationReverted, Later(work, now), RevertReason.Decode(reverted.Data.Span)?.ToString()),
        CallOutcome.Refused { Error: { Kind: NodeErrorKind.OutOfGas } error } => new Decision.Wait(KeeperReasons.OutOfGas, Later(work, now), error.Message),
        CallOutcome.Refused refused => new Decision.Wait(KeeperReasons.SimulationReverted, Later(work, now), refused.Error.Message),
        _ => throw new UnreachableException(),
    };
}
