using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Load;

/// <summary>Posts prepared bodies over kept-alive connections and times the answers, the same way to the app and to the node.</summary>
internal sealed class Poster(Uri url) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1024 })
    {
        Timeout = TimeSpan.FromSeconds(100),
    };

    public async Task<Answer> PostAsync(byte[] body, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = Json;
        var started = Stopwatch.GetTimestamp();
        using var response = await _http.PostAsync(url, content, cancellation);
        var text = await response.Content.ReadAsByteArrayAsync(cancellation);
        return new Answer(
            started, Stopwatch.GetElapsedTime(started), response.StatusCode, text, response.Headers.RetryAfter?.Delta);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer, when it was asked for and how long it took to its last byte.</summary>
internal sealed record Answer(long Started, TimeSpan Took, HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)
{
    /// <summary>202: on its way for the first time.</summary>
    public bool IsAccepted => Status == HttpStatusCode.Accepted;

    /// <summary>"Not now": 429 or 503 with a time to come back at.</summary>
    public bool IsDeferral => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && RetryAfter is not null;

    /// <summary>The node took a transaction.</summary>
    public bool IsTaken => Status == HttpStatusCode.OK && JsonDocument.Parse(Body).RootElement.TryGetProperty("result", out _);
}
