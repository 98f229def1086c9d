using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Providers.Pool;

/// <summary>Whether a provider is asked: closed, open for a while after a fault, then half-open until an answer closes it. A pure value.</summary>
/// <param name="Level">Faults that the back-off counts; an answer clears them unless too many calls failed of late.</param>
/// <param name="ReadyAt">Open until then; the default value while closed.</param>
/// <param name="AsksForPeace">
/// True when the provider itself named <paramref name="ReadyAt"/> (Retry-After): until then it is not asked at all.
/// </param>
/// <param name="Window">The calls of the last while.</param>
internal readonly record struct Breaker(int Level, DateTimeOffset ReadyAt, bool AsksForPeace, ErrorWindow Window)
{
    /// <summary>From this share of failed calls on, one answer does not clear what went before.</summary>
    public const double TooManyFaults = 0.25;

    // Short at first: most faults are one lost connection. A node that is down costs one failed try in 30 seconds.
    private static readonly TimeSpan FirstCoolDown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCoolDown = TimeSpan.FromSeconds(30);

    // A provider may ask for peace, but not to be forgotten.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>True when nothing speaks against asking it.</summary>
    public bool IsClosed => ReadyAt == default;

    /// <summary>True when it has cooled and one call may find out whether it is cured.</summary>
    public bool IsHalfOpen(DateTimeOffset now) => !IsClosed && now >= ReadyAt;

    /// <summary>True when it may be asked if there is nobody better.</summary>
    public bool MayBeAsked(DateTimeOffset now) => !AsksForPeace || now >= ReadyAt;

    /// <summary>The state after a fault. Calls that were under way together fail together: while it is open, they count once.</summary>
    public Breaker After(ProviderFaultException fault, DateTimeOffset now)
    {
        // What a node lacks, or has not seen yet, says nothing of its health.
        if (fault.Kind is ProviderFaultKind.Lacking or ProviderFaultKind.Lagging)
        {
            return this;
        }

        var window = Window.After(isFault: true, now);
        if (fault.RetryAfter is { } wait)
        {
            return new(Level + 1, now + (wait < LongestRetryAfter ? wait : LongestRetryAfter), AsksForPeace: true, window);
        }

        return IsClosed || now >= ReadyAt
            ? new(Level + 1, now + CoolDown(Level), AsksForPeace: false, window)
            : this with { Window = window };
    }

    /// <summary>The state after an answer: closed, unless the provider asked for peace, or is open because it fails too often.</summary>
    public Breaker AfterAnswer(DateTimeOffset now)
    {
        var window = Window.After(isFault: false, now);
        var failsTooOften = window.Rate(now) >= TooManyFaults;
        if (!MayBeAsked(now) || (failsTooOften && now < ReadyAt))
        {
            return this with { Window = window };
        }

        return new(failsTooOften ? Level : 0, default, AsksForPeace: false, window);
    }

    private static TimeSpan CoolDown(int level) => level >= 5 ? LongestCoolDown : FirstCoolDown * (1 << level);
}
