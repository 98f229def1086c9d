using System.Diagnostics;
using OpenTelemetry;

namespace Functions.Telemetry;

/// <summary>Takes query strings out of spans: they may hold function keys and, in provider URLs, API keys.</summary>
internal sealed class QueryRemover : BaseProcessor<Activity>
{
    private static readonly string[] Secretive = ["url.query", "url.full", "http.url", "http.target"];

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        foreach (var name in Secretive)
        {
            data.SetTag(name, null);
        }
    }
}
