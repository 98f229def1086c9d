using System.Text.Json;
using Functions.Http;

namespace Functions.Health;

/// <summary>Asks every dependency at once, and waits for none longer than <see cref="Limit"/>.</summary>
/// <param name="checks">The dependencies.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where the reasons go.</param>
public sealed partial class ReadinessProbe(
    IEnumerable<IReadinessCheck> checks, TimeProvider time, ILogger<ReadinessProbe> logger)
{
    /// <summary>How long a dependency may take to answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>200 with every check, or a 503 problem <c>not_ready</c> with the same <c>checks</c>.</summary>
    public async Task<IResult> ProbeAsync(CancellationToken cancellation)
    {
        var entries = await Task.WhenAll(checks.Select(check => AskAsync(check, cancellation)));
        if (Array.TrueForAll(entries, entry => entry.Ready))
        {
            return TypedResults.Json(new ReadyAnswer("ready", entries), HttpJson.Default.ReadyAnswer);
        }

        var failed = string.Join(", ", entries.Where(entry => !entry.Ready).Select(entry => entry.Name));
        var details = JsonSerializer.SerializeToNode(entries, HttpJson.Default.ReadinessEntryArray);
        return Problems.Create(
            StatusCodes.Status503ServiceUnavailable,
            "not_ready",
            $"Not ready: {failed}.",
            new Dictionary<string, object?> { ["checks"] = details },
            Limit);
    }

    private async Task<ReadinessEntry> AskAsync(IReadinessCheck check, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var result = await check.CheckAsync(either.Token).WaitAsync(either.Token);
            return new ReadinessEntry(check.Name, result.IsReady, result.Detail, result.Providers);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // The boundary of one check: whatever it meets means that the dependency cannot be used now.
            Log.NotReady(logger, check.Name, exception);
            return new ReadinessEntry(check.Name, false, limit.IsCancellationRequested ? "no answer in time" : "unavailable");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1011, LogLevel.Warning, "Not ready: {Name}")]
        public static partial void NotReady(ILogger logger, string name, Exception exception);
    }
}
