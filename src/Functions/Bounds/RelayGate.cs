using Functions.Operators;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration;

namespace Functions.Bounds;

/// <summary>Lets requests in to be decided: relays, each of a batch, simulations and nonces, callers in turn.</summary>
/// <param name="options">How many at once, and how many wait.</param>
/// <param name="callers">Who asks.</param>
/// <param name="time">The clock.</param>
public sealed class RelayGate(RelayerOptions options, CallerAddress callers, TimeProvider time)
{
    private readonly FairGate _gate = new(options.Admission.MaxRequests, options.Admission.MaxWaiting, options.Admission.MaxWait, time);

    /// <summary>Who asks; the parts of a call wait behind one another.</summary>
    public GateCaller CallerOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new GateCaller(callers.Of(request.HttpContext), request);
    }

    /// <summary>The same of one who is known.</summary>
    public static GateCaller CallerOf(HttpRequest request, string turn) => new(turn, request);

    /// <summary>Lets one request in, at once or in turn. Dispose the seat once it is decided.</summary>
    /// <returns><see langword="null"/> when the instance is at capacity: <c>overloaded</c>.</returns>
    public async ValueTask<Seat?> EnterAsync(GateCaller caller, CancellationToken cancellation)
    {
        var seat = await _gate.EnterAsync(caller, cancellation);
        if (seat is null)
        {
            Capacity.Count("requests");
        }

        return seat;
    }
}
