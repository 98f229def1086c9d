using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>Decides about one account. Pure.</summary>
internal static class AccountPlanner
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The token did not answer: nothing is known.</summary>
    public static Decision Unknown(DateTimeOffset now) => new Decision.Wait(AccountReasons.BalanceUnknown, now + Shortest);

    /// <summary>
    /// When work that is worth waiting for is looked at again: the longer it has waited, the later. What users own is waited for as long as
    /// it takes; only transactions in vain are counted.
    /// </summary>
    public static DateTimeOffset Later(KeeperWork work, DateTimeOffset now)
    {
        var wait = (now - work.FoundAt) / 4;
        return now + (wait < Shortest ? Shortest : wait > Longest ? Longest : wait);
    }

    /// <summary>What the number of tries says; <see langword="null"/> to go on.</summary>
    public static Decision? EvaluateAttempts(KeeperWork work, KeeperLimits limits) =>
        work.Attempts >= limits.MaxAttempts ? new Decision.End(WorkState.Failed, KeeperReasons.TooManyAttempts) : null;

    /// <summary>What the simulation says; <see langword="null"/> to send.</summary>
    public static Decision? Evaluate(KeeperWork work, AccountWork details, AccountTask task, CallOutcome simulation, DateTimeOffset now) =>
        simulation is CallOutcome.Returned returned && task.Fault(details, returned.Data.Span) is { } fault
            ? new Decision.End(WorkState.Failed, AccountReasons.AddressDiffers, fault)
            : Evaluate(work, simulation, now);

    /// <summary>The same, whatever was returned.</summary>
    public static Decision? Evaluate(KeeperWork work, CallOutcome simulation, DateTimeOffset now) => simulation switch
    {
        CallOutcome.Returned => null,
        CallOutcome.Reverted reverted => new Decision.Wait(
            KeeperReasons.SimulationReverted, Later(work, now), RevertReason.Decode(reverted.Data.Span)?.ToString()),
        CallOutcome.Refused { Error.Kind: NodeErrorKind.OutOfGas } => new Decision.Wait(KeeperReasons.OutOfGas, Later(work, now)),
        CallOutcome.Refused refused => new Decision.Wait(KeeperReasons.SimulationReverted, Later(work, now), refused.Error.Message),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The transaction.</summary>
    public static KeeperAction Act(KeeperWork work, AccountWork details, AccountTask task, DateTimeOffset now) => new(
        [work], Address.Parse(details.Contract), Wei.Zero, task.GasLimit, Hex.Decode(details.Data), now + task.TimeToLive, Wei.Zero);
}
