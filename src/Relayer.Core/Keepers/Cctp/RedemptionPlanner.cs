using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Decides about one burn. Pure.</summary>
internal static class RedemptionPlanner
{
    private static readonly TimeSpan LeastForAnother = TimeSpan.FromMinutes(1);

    /// <summary>What Circle's answer says by itself; <see langword="null"/> to go on and simulate.</summary>
    public static Decision? Evaluate(KeeperWork work, Attestation attestation, RedemptionSettings settings, DateTimeOffset now) => attestation switch
    {
        Attestation.Pending pending => Wait(work, RedemptionReasons.AttestationPending, pending.Detail, settings, now),
        Attestation.Wrong wrong => Wait(work, RedemptionReasons.AttestationWrong, wrong.Detail, settings, now),

        // While Circle is unavailable nothing is given up: it comes back with everything.
        Attestation.Unavailable away => new Decision.Wait(
            RedemptionReasons.AttestationUnavailable, PatientPlanner.Later(work, now), away.Detail),
        _ => PatientPlanner.EvaluateAttempts(work, settings.Limits),
    };

    /// <summary>
    /// The attestation expired, and Circle was asked for another one. Until it is there the old one is shown, and asked about again, but
    /// never more often than once a minute.
    /// </summary>
    public static Decision Expired(KeeperWork work, Reattestation answer, RedemptionSettings settings, DateTimeOffset now)
    {
        var decision = answer switch
        {
            Reattestation.Refused refused => Wait(work, RedemptionReasons.AttestationExpired, $"it is not attested again: {refused.Detail}", settings, now),
            Reattestation.Unavailable away => new Decision.Wait(
                RedemptionReasons.AttestationExpired, PatientPlanner.Later(work, now), $"Circle could not be asked for another: {away.Detail}"),
            _ => new Decision.Wait(RedemptionReasons.AttestationExpired, PatientPlanner.Later(work, now), "Circle is to attest it again"),
        };
        return decision is Decision.Wait wait && wait.Until < now + LeastForAnother ? wait with { Until = now + LeastForAnother } : decision;
    }

    /// <summary>The burn is gone from its chain: it may be mined again, or never.</summary>
    public static Decision Gone(KeeperWork work, RedemptionSettings settings, DateTimeOffset now) =>
        work.Attempts + 1 >= settings.Limits.MaxAttempts
            ? new Decision.End(WorkState.Dropped, KeeperReasons.Vanished, "the burn is not on its chain any more")
            : new Decision.Wait(RedemptionReasons.BurnGone, now + KeeperPauses.Tries.After(work.Attempts + 1), null, IsAttempt: true);

    /// <summary>The transaction.</summary>
    public static KeeperAction Act(
        KeeperWork work, BurnWork details, Attestation.Complete attested, RedemptionSettings settings, DateTimeOffset now) => new(
        [work], Address.Parse(details.Receiver), Wei.Zero, settings.GasLimit, Data(attested), now + settings.TimeToLive, Wei.Zero);

    /// <summary>The calldata.</summary>
    public static byte[] Data(Attestation.Complete attested) =>
        Typed.Encode(new ReceiveMessageFunction { Message = attested.Message.Bytes.ToArray(), Attestation = attested.Signatures });

    private static Decision Wait(KeeperWork work, string reason, string detail, RedemptionSettings settings, DateTimeOffset now) =>
        now - work.FoundAt > settings.GiveUpAfter
            ? new Decision.End(WorkState.Failed, reason, detail)
            : new Decision.Wait(reason, PatientPlanner.Later(work, now), detail);
}
