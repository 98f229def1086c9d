namespace Relayer.Core.Transactions.Watch;

/// <summary>What a pass over the open transactions does, in this order. Each runs though another failed.</summary>
public enum WatchStage
{
    /// <summary>Keeps the signers' counters at or above the chain's; at the timer's passes only.</summary>
    Nonces,

    /// <summary>Reads receipts and records what follows.</summary>
    Receipts,

    /// <summary>Gives the nonces of what is not wanted any more to noops.</summary>
    Close,

    /// <summary>Signs what a crash left unsigned.</summary>
    Sign,

    /// <summary>Sends again what a node may have lost.</summary>
    Resend,

    /// <summary>Finds out what spent the nonce of a transaction that nobody shows a receipt of.</summary>
    Evidence,

    /// <summary>Replaces what blocks pass over.</summary>
    Bump,

    /// <summary>Features give another transaction to what a transaction ended without carrying.</summary>
    Requeue,

    /// <summary>Pauses and resumes signers.</summary>
    Signers,

    /// <summary>Looks whether what was thought displaced has a receipt after all; at the timer's passes only.</summary>
    Correct,
}

/// <summary>What operators read.</summary>
public static class WatchStageNames
{
    /// <summary>The stage's name, as in <c>/api/ready</c>; its incident is <c>watch_</c> and this.</summary>
    public static string Name(this WatchStage stage) => stage switch
    {
        WatchStage.Nonces => "nonces",
        WatchStage.Receipts => "receipts",
        WatchStage.Close => "close",
        WatchStage.Sign => "sign",
        WatchStage.Resend => "resend",
        WatchStage.Evidence => "evidence",
        WatchStage.Bump => "bump",
        WatchStage.Requeue => "requeue",
        WatchStage.Signers => "signers",
        WatchStage.Correct => "correct",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
    };
}

/// <summary>A stage that has not succeeded for a while.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Since">Since when it fails.</param>
/// <param name="Kind">What kind of failure it met last; its text may hold what not everybody should see.</param>
public sealed record StalledStage(WatchStage Stage, DateTimeOffset Since, string Kind);
