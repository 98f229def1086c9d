using Relayer.Core.Ethereum;

namespace Relayer.Core.Transactions.Signers;

/// <summary>How one of a chain's signers stands.</summary>
/// <param name="Address">The account.</param>
/// <param name="NextNonce">The nonce that its next reservation takes.</param>
/// <param name="InFlight">Its transactions that are not mined yet.</param>
/// <param name="Pause">Why it takes nothing new; <see langword="null"/> when it does.</param>
/// <param name="RetryAt">After errors: when it is, or was last, tried again.</param>
/// <param name="Strikes">How often errors have paused it shortly after one another.</param>
public sealed record SignerStatus(
    Address Address, ulong NextNonce, int InFlight, SignerPause? Pause, DateTimeOffset? RetryAt = null, int Strikes = 0);

/// <summary>Why a signer takes nothing new. What it has in flight goes on.</summary>
/// <param name="Cause">Who or what paused it: one of <see cref="SignerPauseCause"/>.</param>
/// <param name="Reason">For people.</param>
/// <param name="Since">Since when.</param>
public sealed record SignerPause(string Cause, string Reason, DateTimeOffset Since);

/// <summary>Who or what pauses signers; the words are the column's.</summary>
public static class SignerPauseCause
{
    /// <summary>An operator: only operators end it.</summary>
    public const string Operator = "operator";

    /// <summary>It cannot pay. It ends by itself once it is funded.</summary>
    public const string Balance = "balance";

    /// <summary>It keeps failing. It ends by itself once something of it is taken, and is tried again after a while.</summary>
    public const string Errors = "errors";
}

/// <summary>What a signer can pay for.</summary>
internal enum FundingLevel
{
    /// <summary>Not known: its signing key is unavailable, or gas costs more than is paid at all.</summary>
    Unknown,

    /// <summary>Less than a usual transaction, and the transfer that would refill it.</summary>
    Short,

    /// <summary>That much.</summary>
    Enough,

    /// <summary>So much more that it is not short again at once.</summary>
    Plenty,
}
