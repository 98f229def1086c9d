namespace Relayer.Core.Keepers.Engine;

/// <summary>Why a keeper did or did not do something: the stable codes of decisions.</summary>
public static class KeeperReasons
{
    /// <summary>It was found.</summary>
    public const string Found = "found";

    /// <summary>Its time has not come, or the community's has not passed.</summary>
    public const string NotDue = "not_due";

    /// <summary>Somebody else did it first.</summary>
    public const string Community = "community";

    /// <summary>It can no longer be done.</summary>
    public const string WindowClosed = "window_closed";

    /// <summary>The chain does not know it any more: the block it was found in is gone.</summary>
    public const string Vanished = "vanished";

    /// <summary>The contract's own check failed or answered junk.</summary>
    public const string CheckFailed = "check_failed";

    /// <summary>The transaction would revert.</summary>
    public const string SimulationReverted = "simulation_reverted";

    /// <summary>It would use more gas than it may.</summary>
    public const string OutOfGas = "out_of_gas";

    /// <summary>One action would lose more than it may.</summary>
    public const string LossTooHigh = "loss_too_high";

    /// <summary>It would not gain enough.</summary>
    public const string NotProfitable = "not_profitable";

    /// <summary>The day's budget does not cover it.</summary>
    public const string BudgetSpent = "budget_spent";

    /// <summary>Too many transactions failed.</summary>
    public const string BreakerOpen = "breaker_open";

    /// <summary>It would have been sent.</summary>
    public const string DryRun = "dry_run";

    /// <summary>No configured signer can pay or has room.</summary>
    public const string SignersExhausted = "signers_exhausted";

    /// <summary>The base fee is above the chain's cap.</summary>
    public const string FeeAboveCap = "fee_above_cap";

    /// <summary>It is sent.</summary>
    public const string Sent = "sent";

    /// <summary>Our transaction did it.</summary>
    public const string Won = "won";

    /// <summary>Our transaction reverted.</summary>
    public const string Reverted = "reverted";

    /// <summary>Our transaction succeeded, and did not do it.</summary>
    public const string NoEffect = "no_effect";

    /// <summary>Our transaction was not mined in time, or lost its nonce.</summary>
    public const string NotMined = "not_mined";

    /// <summary>The keeper's own code was to send something and did not.</summary>
    public const string NothingSent = "nothing_sent";

    /// <summary>The keeper's own code failed otherwise than by what the chain says: the log has it.</summary>
    public const string ActFailed = "act_failed";

    /// <summary>The chain stands still, or its blocks are far behind the clock: prices and state are old.</summary>
    public const string ChainStalled = "chain_stalled";

    /// <summary>It was tried as often as it may be.</summary>
    public const string TooManyAttempts = "too_many_attempts";
}
