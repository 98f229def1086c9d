namespace Relayer.Core.Providers;

/// <summary>What is known of a provider's health: a pure value, moved on by each fault.</summary>
/// <param name="Faults">Faults in a row.</param>
/// <param name="ReadyAt">Until then others are preferred.</param>
/// <param name="AsksForPeace">
/// True when the provider itself named <paramref name="ReadyAt"/> (Retry-After): until then it is not asked at all.
/// </param>
internal readonly record struct ProviderHealth(int Faults, DateTimeOffset ReadyAt, bool AsksForPeace)
{
    // Short at first: most faults are one lost connection. A node that is down costs one failed try in 30 seconds.
    private static readonly TimeSpan FirstCoolDown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCoolDown = TimeSpan.FromSeconds(30);

    // A provider may ask for peace, but not to be forgotten.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>True when it may be asked before others.</summary>
    public bool IsReady(DateTimeOffset now) => now >= ReadyAt;

    /// <summary>True when it may be asked at all.</summary>
    public bool MayBeAsked(DateTimeOffset now) => !AsksForPeace || IsReady(now);

    /// <summary>The health after a fault. Calls that were under way together fail together: while it cools, they count once.</summary>
    public ProviderHealth After(ProviderFaultException fault, DateTimeOffset now)
    {
        if (fault.Kind is ProviderFaultKind.Lacking or ProviderFaultKind.Lagging)
        {
            return this;
        }

        if (fault.RetryAfter is { } wait)
        {
            return new(Faults + 1, now + (wait < LongestRetryAfter ? wait : LongestRetryAfter), AsksForPeace: true);
        }

        return IsReady(now) ? new(Faults + 1, now + CoolDown(Faults), AsksForPeace: false) : this;
    }

    /// <summary>The health after an answer: cured, unless the provider asked for peace in the meantime.</summary>
    public ProviderHealth AfterAnswer(DateTimeOffset now) => MayBeAsked(now) ? default : this;

    private static TimeSpan CoolDown(int faultsBefore) =>
        faultsBefore >= 5 ? LongestCoolDown : FirstCoolDown * (1 << faultsBefore);
}
