using System.Threading.RateLimiting;
using Relayer.Core.Concurrency;

namespace Functions.Bounds;

/// <summary>How often each of many callers may try: a minute's worth at once, and then at a minute's pace. Of this process alone.</summary>
/// <remarks>
/// It remembers twice <paramref name="most"/> callers at most, those that came last. Who did not come for a minute has a minute's worth again anyway.
/// Safe for concurrent use; no timers.
/// </remarks>
/// <param name="perMinute">Tries in a minute, of a caller.</param>
/// <param name="most">Half of the callers that are remembered.</param>
/// <param name="time">The clock by which they are forgotten.</param>
internal sealed class AttemptLimiter<TKey>(Func<TKey, int> perMinute, int most, TimeProvider time)
    where TKey : notnull
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RecentlyUsed<TKey, TokenBucketRateLimiter> _callers = new(most, Minute, time);
    private readonly Func<TKey, TokenBucketRateLimiter> _create = caller => Create(perMinute(caller));

    /// <summary>How many callers are remembered.</summary>
    public int Count => _callers.Count;

    /// <summary>Counts a try.</summary>
    /// <returns>After how long the next one is taken; <see langword="null"/> when this one is.</returns>
    public TimeSpan? Take(TKey caller) => Take(caller, 1);

    /// <summary>Whether a try would be taken now, without counting one.</summary>
    public TimeSpan? Look(TKey caller) => Take(caller, 0);

    private TimeSpan? Take(TKey caller, int tries)
    {
        var limiter = _callers.GetOrAdd(caller, _create);
        limiter.TryReplenish();
        using var lease = limiter.AttemptAcquire(tries);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait
            : limiter.ReplenishmentPeriod;
    }

    private static TokenBucketRateLimiter Create(int perMinute)
    {
        // Whole tokens at even times: 90 a minute are one each two thirds of a second, 6,000 a hundred each second.
        var tokens = Math.Max(1, perMinute / 60);
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = Minute * ((double)tokens / perMinute),
            AutoReplenishment = false,
        });
    }
}
