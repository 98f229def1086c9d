using System.Text.Json;
using Functions.Bounds;
using Functions.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Functions.Health;

/// <summary>Asks every dependency at once, and waits for none longer than <see cref="Limit"/>. Whoever asks within a second shares the answer.</summary>
/// <param name="checks">The dependencies; it also logs why one of them cannot be used.</param>
/// <param name="time">The clock.</param>
internal sealed class ReadinessProbe(HealthCheckService checks, TimeProvider time)
{
    /// <summary>How long an answer is good.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    /// <summary>How long a dependency may take to answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Kept<IResult> _kept = new(KeptFor, time);

    /// <summary>200 with every check, or a 503 problem <c>not_ready</c> with the same <c>checks</c>.</summary>
    public Task<IResult> ProbeAsync(CancellationToken cancellation) => _kept.GetAsync(AskAsync, cancellation);

    private async Task<IResult> AskAsync()
    {
        var report = await checks.CheckHealthAsync();
        ReadinessEntry[] entries = [.. report.Entries.Select(check => Show(check.Key, check.Value))];
        if (report.Status == HealthStatus.Healthy)
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

    // What a check throws is for the log: its text may hold addresses and secrets, and anybody sees this.
    private static ReadinessEntry Show(string name, HealthReportEntry check) => new(
        name,
        check.Status == HealthStatus.Healthy,
        check.Exception switch
        {
            null => check.Description,
            OperationCanceledException => "no answer in time",
            _ => "unavailable",
        },
        check.Data.TryGetValue(ChainsReadiness.Providers, out var providers) ? (IReadOnlyList<ProviderEntry>)providers : null);
}
