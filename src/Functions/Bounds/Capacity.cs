using Functions.Http;
using Relayer.Core.Relay;
using Relayer.Core.Telemetry;

namespace Functions.Bounds;

/// <summary>What callers are told for whom there is no room, and how it is counted.</summary>
internal static class Capacity
{
    /// <summary>More of something than a caller may have.</summary>
    public const string OwnShareCode = RefusalCode.TooManyRequests;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>503 <c>overloaded</c>: the instance is full.</summary>
    public static ProblemResult Overloaded() => Problems.Create(
        StatusCodes.Status503ServiceUnavailable, RefusalCode.Overloaded, "The relayer is at capacity. Retry the same request in a second.", retryAfter: Soon);

    /// <summary>429 <c>too_many_requests</c>: the caller has its share.</summary>
    public static ProblemResult OwnShare() => Problems.Create(
        StatusCodes.Status429TooManyRequests, OwnShareCode, "Too much is under way from this address. Retry in a second, once some of it is done.",
        retryAfter: Soon);

    /// <summary>429 <c>too_many_requests</c>: the caller posts or reads more than it may in a minute.</summary>
    public static ProblemResult OverRate(TimeSpan wait) => Problems.Create(
        StatusCodes.Status429TooManyRequests, OwnShareCode, "Too many requests came from here in the last minute, refused and simulated ones counted.",
        retryAfter: wait);

    /// <summary>Counts a refusal.</summary>
    /// <param name="what"><c>requests</c>, <c>bodies</c>, <c>slow_bodies</c>, <c>waits</c>, <c>streams</c>, <c>reads</c>, <c>connections</c> or <c>rates</c>.</param>
    public static void Count(string what) => RelayerMetrics.CallsTurnedAway.Add(1, new KeyValuePair<string, object?>("what", what));
}
