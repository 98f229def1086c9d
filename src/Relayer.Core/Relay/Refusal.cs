using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay;

/// <summary>Why a request is not relayed. A value, not an exception: refusing is the relayer's ordinary work.</summary>
/// <param name="Code">Stable, for programs; one of <see cref="RefusalCode"/>.</param>
/// <param name="Detail">For people: which limit, which value.</param>
/// <param name="RevertReason">What the contract said, where it was the contract that refused.</param>
/// <param name="RetryAfter">When the same request may pass, if waiting helps.</param>
/// <param name="IsCallersShare">With <see cref="RefusalCode.BudgetSpent"/>: the caller's own share, not what all have together.</param>
public sealed record Refusal(
    string Code, string Detail, string? RevertReason = null, TimeSpan? RetryAfter = null, bool IsCallersShare = false)
{
    /// <summary>The account whose signature was to be there and is none that a key makes. It may be a contract.</summary>
    public UnsignedRequest? Unsigned { get; init; }
}

/// <summary>Whose signature was to be there.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Forwarder">The forwarder.</param>
/// <param name="Account">The account.</param>
public sealed record UnsignedRequest(ChainId ChainId, Address Forwarder, Address Account);

/// <summary>The codes of refusals, as the HTTP contract lists them.</summary>
public static class RefusalCode
{
    /// <summary>The body is not what the contract describes (400).</summary>
    public const string MalformedRequest = "malformed_request";

    /// <summary>The request carries more bytes than allowed (413).</summary>
    public const string PayloadTooLarge = "payload_too_large";

    /// <summary>The chain is not served (404).</summary>
    public const string UnknownChain = "unknown_chain";

    /// <summary>The forwarder is not served on that chain (404).</summary>
    public const string UnknownForwarder = "unknown_forwarder";

    /// <summary>The signature is not <c>from</c>'s (401).</summary>
    public const string SignatureMismatch = "signature_mismatch";

    /// <summary><c>from</c> is a contract, whose signatures the forwarder does not check (422).</summary>
    public const string ContractWalletUnsupported = "contract_wallet_unsupported";

    /// <summary>The signature is wrapped for a contract that is not deployed, by ERC-6492 (422).</summary>
    public const string SignatureWrapped = "signature_wrapped";

    /// <summary>The target is not on the allow-list (403).</summary>
    public const string TargetNotAllowed = "target_not_allowed";

    /// <summary>The function is not on the target's allow-list (403).</summary>
    public const string SelectorNotAllowed = "selector_not_allowed";

    /// <summary>The request carries more value than allowed (403).</summary>
    public const string ValueNotAllowed = "value_not_allowed";

    /// <summary>The nonce is spent, or another request holds it (409).</summary>
    public const string NonceUsed = "nonce_used";

    /// <summary>Earlier nonces are missing (409).</summary>
    public const string NonceGap = "nonce_gap";

    /// <summary>The deadline is past, or too near to make (422).</summary>
    public const string DeadlinePassed = "deadline_passed";

    /// <summary>The deadline is farther away than allowed (422).</summary>
    public const string DeadlineTooFar = "deadline_too_far";

    /// <summary>The gas asked for is outside the limits (422).</summary>
    public const string GasAboveLimit = "gas_above_limit";

    /// <summary>The calldata is not the one encoding of the function's arguments (422).</summary>
    public const string CalldataNotCanonical = "calldata_not_canonical";

    /// <summary>The call reverts (422).</summary>
    public const string SimulationReverted = "simulation_reverted";

    /// <summary>The user's share is used up (429).</summary>
    public const string QuotaExceeded = "quota_exceeded";

    /// <summary>More requests came than a user, an API client or a network address may post in a minute (429).</summary>
    public const string TooManyRequests = "too_many_requests";

    /// <summary>The key is no API client's (401).</summary>
    public const string UnknownClient = "unknown_client";

    /// <summary>The API client's key is for pages of other origins (403).</summary>
    public const string OriginNotAllowed = "origin_not_allowed";

    /// <summary>An operator has denied the user (403).</summary>
    public const string UserDenied = "user_denied";

    /// <summary>The function is relayed for known callers alone, or for API clients alone (403).</summary>
    public const string CallerNotAdmitted = "caller_not_admitted";

    /// <summary>The service that approves requests did not approve this one (403).</summary>
    public const string NotApproved = "not_approved";

    /// <summary>The service that approves requests does not answer (503).</summary>
    public const string ApprovalUnavailable = "approval_unavailable";

    /// <summary>A budget in wei has no room: the user's own (429), or the function's or the chain's (503).</summary>
    public const string BudgetSpent = "budget_spent";

    /// <summary>Calls of this function passed the simulation and failed on chain: it waits (503).</summary>
    public const string TargetFailing = "target_failing";

    /// <summary>This user's calls passed the simulation and failed on chain: they wait (429).</summary>
    public const string UserFailing = "user_failing";

    /// <summary>More of the user's requests are under way than may be (429).</summary>
    public const string TooManyUnderWay = "too_many_under_way";

    /// <summary>An operator has paused the sponsoring, everywhere or on this chain (503).</summary>
    public const string SponsorshipPaused = "sponsorship_paused";

    /// <summary>More requests are being decided than one instance takes at once (503).</summary>
    public const string Overloaded = "overloaded";

    /// <summary>No signer has room or money (503).</summary>
    public const string SignersExhausted = "signers_exhausted";

    /// <summary>The chain's nodes want a higher tip than the relayer may offer (503).</summary>
    public const string TipAboveCap = "tip_above_cap";

    /// <summary>The chain makes no blocks, or only ones whose time is long past (503).</summary>
    public const string ChainStalled = "chain_stalled";

    /// <summary>The chain cannot be used now (503).</summary>
    public const string ChainUnavailable = "chain_unavailable";
}
