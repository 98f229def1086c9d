using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>Posts to whichever instance runs, and counts what is answered.</summary>
internal sealed class Poster(RelayerUnderTest relayer, Random random) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 512 }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentDictionary<Hash32, byte> _accepted = new();
    private readonly ConcurrentDictionary<string, int> _answers = new();
    private readonly ConcurrentQueue<string> _surprises = new();

    /// <summary>All that was answered well: it must be on record.</summary>
    public IReadOnlyCollection<Hash32> Accepted => [.. _accepted.Keys];

    /// <summary>How often each answer was given.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>Answers that nobody should ever get.</summary>
    public IReadOnlyCollection<string> Surprises => _surprises;

    /// <summary>Posts one request.</summary>
    public Task<Answer> RelayAsync(SignedPost post, CancellationToken cancellation) =>
        SendAsync("api/relay", post.Bytes, (answer, _) => Note(post.Id, answer), cancellation);

    /// <summary>Has one request tried.</summary>
    public Task<Answer> SimulateAsync(SignedPost post, CancellationToken cancellation) =>
        SendAsync("api/relay/simulate", post.Bytes, (_, _) => { }, cancellation);

    /// <summary>Posts many in one body.</summary>
    public Task<Answer> BatchAsync(IReadOnlyList<SignedPost> posts, CancellationToken cancellation)
    {
        var body = new JsonObject { ["requests"] = new JsonArray([.. posts.Select(post => post.Body)]) };
        return SendAsync("api/relay/batch", System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), NoteAll, cancellation);

        void NoteAll(Answer all, JsonNode? text)
        {
            if (all.Status == 207 && text?["outcomes"] is JsonArray outcomes)
            {
                foreach (var (post, outcome) in posts.Zip(outcomes))
                {
                    var answer = new Answer((int?)outcome?["status"] ?? 0, (string?)outcome?["problem"]?["code"] ?? (string?)outcome?["code"]);
                    Count($"in a batch: {answer}");
                    Note(post.Id, answer);
                }
            }
        }
    }

    /// <summary>Reads a page.</summary>
    public Task<Answer> ReadAsync(string path, CancellationToken cancellation) => SendAsync(path, null, (_, _) => { }, cancellation);

    public void Dispose() => _http.Dispose();

    private void Note(Hash32 id, Answer answer)
    {
        if (answer.IsAccepted)
        {
            _accepted[id] = 1;
        }
    }

    private void Count(string answer) => _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);

    private async Task<Answer> SendAsync(string path, byte[]? body, Action<Answer, JsonNode?> note, CancellationToken cancellation)
    {
        var running = relayer.Running;
        if (running.Count == 0)
        {
            await Task.Delay(50, cancellation); // Nobody is there to be attacked.
            return Answer.None;
        }

        try
        {
            Uri app;
            lock (random)
            {
                app = running[random.Next(running.Count)].Url;
            }

            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(app, path));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = Json;
            }

            using var response = await _http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            var json = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonNode.Parse(text) : null;
            var answer = new Answer((int)response.StatusCode, json is JsonObject problem ? (string?)problem["code"] : null);
            Count(answer.ToString());
            if (answer.Status is >= 500 and not 503)
            {
                _surprises.Enqueue($"{path} was answered {answer.Status}: {text}");
            }

            note(answer, json);
            return answer;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            Count(Answer.None.ToString());
            return Answer.None;
        }
    }
}

/// <summary>What was answered; 0 where nobody did.</summary>
internal readonly record struct Answer(int Status, string? Code)
{
    public static Answer None => new(0, null);

    public bool IsAccepted => Status is 200 or 202;

    public override string ToString() => Status == 0 ? "no answer" : $"{Status} {Code}".TrimEnd();
}
