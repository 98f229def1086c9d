using System.Threading.RateLimiting;
using Functions.Operators;
using Relayer.Core.Configuration;

namespace Functions.Bounds;

/// <summary>How many calls stay open while they wait for news: in all, and of one caller.</summary>
/// <param name="options">The limits.</param>
/// <param name="callers">Who calls.</param>
public sealed class OpenCalls(RelayerOptions options, CallerAddress callers) : IDisposable
{
    private readonly Limit _waits = new("waits", options.Admission.MaxWaits, options.Admission.MaxWaitsPerAddress);
    private readonly Limit _streams = new("streams", options.Admission.MaxStreams, options.Admission.MaxStreamsPerAddress);

    /// <summary>Opens a call that waits for a final state. Dispose what is returned once it does not any more.</summary>
    /// <exception cref="CapacityException">There is no room.</exception>
    public IDisposable OpenWait(HttpContext context) => _waits.Open(callers.Of(context));

    /// <summary>Opens a stream of events; as <see cref="OpenWait"/>.</summary>
    /// <exception cref="CapacityException">There is no room.</exception>
    public IDisposable OpenStream(HttpContext context) => _streams.Open(callers.Of(context));

    /// <inheritdoc/>
    public void Dispose()
    {
        _waits.Dispose();
        _streams.Dispose();
    }

    private sealed class Limit(string what, int inAll, int each) : IDisposable
    {
        private readonly ConcurrencyLimiter _all = new(Options(inAll));

        private readonly PartitionedRateLimiter<string> _each = PartitionedRateLimiter.Create<string, string>(
            caller => RateLimitPartition.GetConcurrencyLimiter(caller, _ => Options(each)), StringComparer.Ordinal);

        public Lease Open(string caller)
        {
            var own = _each.AttemptAcquire(caller);
            if (!own.IsAcquired)
            {
                own.Dispose();
                throw Full(isOwnShare: true);
            }

            var all = _all.AttemptAcquire();
            if (!all.IsAcquired)
            {
                all.Dispose();
                own.Dispose();
                throw Full(isOwnShare: false);
            }

            return new Lease(own, all);
        }

        public void Dispose()
        {
            _all.Dispose();
            _each.Dispose();
        }

        private static ConcurrencyLimiterOptions Options(int permits) => new() { PermitLimit = permits };

        private CapacityException Full(bool isOwnShare)
        {
            Capacity.Count(what);
            return new CapacityException(isOwnShare);
        }
    }

    private sealed class Lease(RateLimitLease own, RateLimitLease all) : IDisposable
    {
        public void Dispose()
        {
            own.Dispose();
            all.Dispose();
        }
    }
}
