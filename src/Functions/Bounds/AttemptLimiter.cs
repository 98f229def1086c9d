using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Functions.Bounds;

/// <summary>How often each of many callers may try: a minute's worth at once, and then at a minute's pace. Of this process alone.</summary>
/// <remarks>
/// It remembers twice <paramref name="most"/> callers at most, those that came last: once as many are known, those that did not come since the last time
/// are forgotten, as are all after a quiet minute, when their minute's worth is theirs again anyway. Safe for concurrent use; no timers.
/// </remarks>
/// <param name="perMinute">Tries in a minute, of a caller.</param>
/// <param name="most">Half of the callers that are remembered.</param>
/// <param name="time">The clock by which they are forgotten.</param>
internal sealed class AttemptLimiter<TKey>(Func<TKey, int> perMinute, int most, TimeProvider time)
    where TKey : notnull
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _turn = new();
    private Generation _present = new(time.GetTimestamp());
    private Generation _past = new(0);

    /// <summary>How many callers are remembered.</summary>
    public int Count => _present.Limiters.Count + _past.Limiters.Count;

    /// <summary>Counts a try.</summary>
    /// <returns>After how long the next one is taken; <see langword="null"/> when this one is.</returns>
    public TimeSpan? Take(TKey caller) => Take(caller, 1);

    /// <summary>Whether a try would be taken now, without counting one.</summary>
    public TimeSpan? Look(TKey caller) => Take(caller, 0);

    private TimeSpan? Take(TKey caller, int tries)
    {
        var limiter = Find(caller);
        limiter.TryReplenish();
        using var lease = limiter.AttemptAcquire(tries);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait
            : limiter.ReplenishmentPeriod;
    }

    private TokenBucketRateLimiter Find(TKey caller)
    {
        var present = Volatile.Read(ref _present);
        if (present.Limiters.TryGetValue(caller, out var limiter))
        {
            return limiter;
        }

        if (present.Limiters.Count >= most || time.GetElapsedTime(present.Since) >= Minute)
        {
            present = TurnOver(present);
        }

        limiter = Volatile.Read(ref _past).Limiters.TryGetValue(caller, out var known) ? known : Create(perMinute(caller));
        return present.Limiters.GetOrAdd(caller, limiter);
    }

    private Generation TurnOver(Generation full)
    {
        lock (_turn)
        {
            if (_present == full)
            {
                Volatile.Write(ref _past, full);
                Volatile.Write(ref _present, new Generation(time.GetTimestamp()));
            }

            return _present;
        }
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

    private sealed class Generation(long since)
    {
        public long Since { get; } = since;

        public ConcurrentDictionary<TKey, TokenBucketRateLimiter> Limiters { get; } = new();
    }
}
