using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Transactions.Signers;

/// <summary>When a signer is paused, and when it goes on. Pure.</summary>
internal static class SignerPausePolicy
{
    /// <summary>The first rest after errors; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(15);

    /// <summary>No rest is longer.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(15);

    /// <summary>Errors this long after the last rest are news, not the same trouble again.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(30);

    /// <summary>The gas of the plain transfer that refills an account: whoever sends it, it must not come too late for want of it.</summary>
    public const ulong RefillGas = 21_000;

    /// <summary>What a balance is worth at these fees.</summary>
    public static FundingLevel MeansOf(Wei balance, TransactionFees fees, ChainSettings settings)
    {
        var needed = (fees.MaxPrice * (settings.SignerReserveGas + settings.DataGas + RefillGas)) + settings.DataFee;
        return balance < needed ? FundingLevel.Short
            : balance < needed + (needed / 2) ? FundingLevel.Enough
            : FundingLevel.Plenty;
    }

    /// <summary>What follows from what a signer can pay for now.</summary>
    /// <param name="signer">The signer.</param>
    /// <param name="means">What it can pay for.</param>
    /// <param name="hasKey">Its key is available; asked only of one whose rest is over.</param>
    /// <param name="now">The time.</param>
    /// <returns><see langword="null"/> when it stays as it is. An operator's pause always does.</returns>
    public static SignerStep? Next(SignerStatus signer, FundingLevel means, bool hasKey, DateTimeOffset now) => signer.Pause?.Cause switch
    {
        null when means is FundingLevel.Short => new SignerStep.Pause(SignerPauseCause.Balance, "it cannot pay for a usual transaction"),
        SignerPauseCause.Balance when means is FundingLevel.Plenty => new SignerStep.Resume(),
        SignerPauseCause.Errors when signer.RetryAt <= now && hasKey && means is not FundingLevel.Short => new SignerStep.Resume(),
        SignerPauseCause.Errors when signer.RetryAt <= now => Rest(signer, signer.Pause.Reason, now),
        _ => null,
    };

    /// <summary>What follows from its errors: a rest, longer each time that they come back.</summary>
    public static SignerStep Rest(SignerStatus signer, string reason, DateTimeOffset now)
    {
        var strikes = signer.RetryAt is { } last && now - last < Forgotten ? Math.Min(signer.Strikes + 1, 10) : 1;
        return new SignerStep.Pause(SignerPauseCause.Errors, reason, now + new Backoff(FirstRest, LongestRest).After(strikes), strikes);
    }
}

/// <summary>What is done about a signer.</summary>
internal abstract record SignerStep
{
    private SignerStep()
    {
    }

    /// <summary>It takes nothing new, from now on or for longer.</summary>
    /// <param name="Cause">One of <see cref="SignerPauseCause"/>.</param>
    /// <param name="Reason">For people.</param>
    /// <param name="RetryAt">When it is tried again.</param>
    /// <param name="Strikes">How often that was so shortly before; <see langword="null"/> leaves it.</param>
    public sealed record Pause(string Cause, string Reason, DateTimeOffset? RetryAt = null, int? Strikes = null) : SignerStep;

    /// <summary>It takes transactions again.</summary>
    public sealed record Resume : SignerStep;
}
