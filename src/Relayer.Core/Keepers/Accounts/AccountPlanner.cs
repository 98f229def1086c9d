using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>Decides about one account. Pure.</summary>
internal static class AccountPlanner
{
    /// <summary>The token did not answer: nothing is known.</summary>
    public static Decision Unknown(DateTimeOffset now) => new Decision.Wait(AccountReasons.BalanceUnknown, now + PatientPlanner.Shortest);

    /// <summary>What the simulation says; <see langword="null"/> to send.</summary>
    public static Decision? Evaluate(KeeperWork work, AccountWork details, AccountTask task, CallOutcome simulation, DateTimeOffset now) =>
        simulation is CallOutcome.Returned returned && task.Fault(details, returned.Data.Span) is { } fault
            ? new Decision.End(WorkState.Failed, AccountReasons.AddressDiffers, fault)
            : PatientPlanner.Evaluate(work, simulation, now);

    /// <summary>The transaction.</summary>
    public static KeeperAction Act(KeeperWork work, AccountWork details, AccountTask task, DateTimeOffset now) => new(
        [work], Address.Parse(details.Contract), Wei.Zero, task.GasLimit, Hex.Decode(details.Data), now + task.TimeToLive, Wei.Zero);
}
