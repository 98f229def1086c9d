using System.Threading.RateLimiting;

namespace Functions.Operators;

/// <summary>How many wrong keys are heard out. A right one never takes a permit, so nobody is locked out by others behind the same address.</summary>
/// <remarks>
/// Every key is compared in constant time before this is asked, and has at least 32 characters: the limit is there so that guessing is quiet and
/// cheap for us, not because it could succeed. One counter for all addresses bounds how many are remembered. Safe for concurrent use.
/// </remarks>
internal sealed class GuessLimiter : IDisposable
{
    /// <summary>Wrong keys of one address in a minute.</summary>
    public const int PerAddress = 10;

    /// <summary>Wrong keys of all addresses in a minute.</summary>
    public const int Together = 300;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly FixedWindowRateLimiter _all = new(Options(Together));

    private readonly PartitionedRateLimiter<string> _each = PartitionedRateLimiter.Create<string, string>(
        address => RateLimitPartition.GetFixedWindowLimiter(address, _ => Options(PerAddress)), StringComparer.Ordinal);

    /// <summary>Notes a wrong key.</summary>
    /// <returns>After how long the next one is heard out; null while they still are.</returns>
    public TimeSpan? Note(string address)
    {
        using var all = _all.AttemptAcquire();
        if (!all.IsAcquired)
        {
            return Wait(all);
        }

        using var each = _each.AttemptAcquire(address);
        return each.IsAcquired ? null : Wait(each);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _all.Dispose();
        _each.Dispose();
    }

    private static TimeSpan Wait(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window;

    private static FixedWindowRateLimiterOptions Options(int permits) => new() { PermitLimit = permits, Window = Window };
}
