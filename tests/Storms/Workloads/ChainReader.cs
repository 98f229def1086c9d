using System.Net.Http.Json;
using System.Text.Json;

namespace Storms.Workloads;

/// <summary>Asks the node itself, past every proxy, many questions in one body.</summary>
internal sealed class ChainReader(Uri url) : IDisposable
{
    private const int MaxBatch = 200;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The results of one method for many parameters, in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> AskAsync(
        string method, IEnumerable<object?[]> parameters, CancellationToken cancellation)
    {
        var results = new List<JsonElement>();
        foreach (var part in parameters.Chunk(MaxBatch))
        {
            var calls = part.Select((item, id) => new { jsonrpc = "2.0", id, method, @params = item }).ToArray();
            using var answer = await _http.PostAsJsonAsync(url, calls, cancellation);
            var replies = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            results.AddRange(replies.EnumerateArray()
                .OrderBy(reply => reply.GetProperty("id").GetInt32())
                .Select(reply => reply.TryGetProperty("result", out var result)
                    ? result
                    : throw new InvalidOperationException($"{method}: {reply.GetRawText()}")));
        }

        return results;
    }

    /// <summary>The result of one call.</summary>
    public async Task<JsonElement> AskOneAsync(string method, CancellationToken cancellation, params object?[] parameters) =>
        (await AskAsync(method, [parameters], cancellation))[0];

    public void Dispose() => _http.Dispose();
}
