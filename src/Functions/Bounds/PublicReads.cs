using System.Collections.Concurrent;
using Functions.Operators;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration;

namespace Functions.Bounds;

/// <summary>
/// Reads that anybody may ask for. What is the same for everybody is read once and kept for moments; all of it together uses a few connections to the
/// database and leaves the others to relays and to readiness.
/// </summary>
/// <param name="options">How many at once, and how long they are kept.</param>
/// <param name="callers">Who asks.</param>
/// <param name="time">The clock.</param>
public sealed class PublicReads(RelayerOptions options, CallerAddress callers, TimeProvider time)
{
    private const int WaitingForEach = 64;

    private readonly FairGate _gate = new(options.Admission.MaxReads, options.Admission.MaxReads * WaitingForEach, options.Admission.MaxWait, time);
    private readonly ConcurrentDictionary<string, Kept<object>> _kept = new(StringComparer.Ordinal);

    /// <summary>How old what is shared may be.</summary>
    public TimeSpan KeptFor { get; } = options.Admission.ReadsKeptFor;

    /// <summary>What is the same for everybody: one read at a time, kept for <see cref="KeptFor"/>.</summary>
    /// <param name="name">What it is; a constant, since each is remembered.</param>
    /// <param name="read">Reads it; it knows nothing of the call.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="CapacityException">Too many reads wait.</exception>
    public async Task<T> ShareAsync<T>(string name, Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
        where T : class
    {
        var kept = _kept.GetOrAdd(name, static (_, reads) => new Kept<object>(reads.KeptFor, reads.Time), this);
        return (T)await kept.GetAsync(async () => await RunAsync(new GateCaller("", kept), read, CancellationToken.None), cancellation);
    }

    /// <summary>What is the caller's own: read each time, callers in turn.</summary>
    /// <exception cref="CapacityException">Too many reads wait.</exception>
    public Task<T> ReadAsync<T>(HttpRequest request, Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RunAsync(new GateCaller(callers.Of(request.HttpContext), request), read, cancellation);
    }

    private TimeProvider Time => time;

    private async Task<T> RunAsync<T>(GateCaller caller, Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using var seat = await _gate.EnterAsync(caller, cancellation);
        if (seat is null)
        {
            Capacity.Count("reads");
            throw new CapacityException(isOwnShare: false);
        }

        return await read(cancellation);
    }
}
