using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Reasons that only redemption has, beside <see cref="KeeperReasons"/>.</summary>
public static class RedemptionReasons
{
    /// <summary>Circle has not attested the burn yet.</summary>
    public const string AttestationPending = "attestation_pending";

    /// <summary>What Circle said does not fit the burn.</summary>
    public const string AttestationWrong = "attestation_wrong";

    /// <summary>Circle does not answer.</summary>
    public const string AttestationUnavailable = "attestation_unavailable";

    /// <summary>What Circle attested is past its expiration block; another attestation is waited for.</summary>
    public const string AttestationExpired = "attestation_expired";

    /// <summary>The burn is not on its chain any more.</summary>
    public const string BurnGone = "burn_gone";
}
