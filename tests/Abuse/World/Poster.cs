using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>Posts to whichever instance runs, and counts what is answered.</summary>
/// <remarks>Attackers come from many addresses of this machine, which are cheap; honest users from addresses of their own.</remarks>
internal sealed class Poster(RelayerUnderTest relayer, Random random) : IDisposable
{
    private const int Addresses = 24;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient[] _attackers = [.. Enumerable.Range(1, Addresses).Select(i => From(new IPAddress([127, 0, 1, (byte)i])))];
    private readonly HttpClient[] _honest = [.. Enumerable.Range(1, Addresses).Select(i => From(new IPAddress([127, 0, 2, (byte)i])))];
    private readonly ConcurrentDictionary<Hash32, byte> _accepted = new();
    private readonly ConcurrentDictionary<string, int> _answers = new();
    private readonly ConcurrentQueue<string> _surprises = new();

    /// <summary>All that was answered well: it must be on record.</summary>
    public IReadOnlyCollection<Hash32> Accepted => [.. _accepted.Keys];

    /// <summary>How often each answer was given.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>Answers that nobody should ever get.</summary>
    public IReadOnlyCollection<string> Surprises => _surprises;

    /// <summary>An attacker posts one request.</summary>
    public Task<Answer> RelayAsync(SignedPost post, CancellationToken cancellation) =>
        SendAsync(_attackers, null, "api/relay", post.Bytes, (answer, _) => Note(post.Id, answer), cancellation);

    /// <summary>An honest user posts one, with the key of an API client where there is one.</summary>
    public Task<Answer> WishAsync(SignedPost post, string? key, CancellationToken cancellation) =>
        SendAsync(_honest, key, "api/relay", post.Bytes, (answer, _) => Note(post.Id, answer), cancellation);

    /// <summary>Has one request tried.</summary>
    public Task<Answer> SimulateAsync(SignedPost post, CancellationToken cancellation) =>
        SendAsync(_attackers, null, "api/relay/simulate", post.Bytes, (_, _) => { }, cancellation);

    /// <summary>Posts many in one body.</summary>
    public Task<Answer> BatchAsync(IReadOnlyList<SignedPost> posts, CancellationToken cancellation)
    {
        var body = new JsonObject { ["requests"] = new JsonArray([.. posts.Select(post => post.Body)]) };
        return SendAsync(_attackers, null, "api/relay/batch", System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), NoteAll, cancellation);

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
    public Task<Answer> ReadAsync(string path, CancellationToken cancellation) => SendAsync(_attackers, null, path, null, (_, _) => { }, cancellation);

    public void Dispose()
    {
        foreach (var http in _attackers.Concat(_honest))
        {
            http.Dispose();
        }
    }

    private static HttpClient From(IPAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            MaxConnectionsPerServer = 64,
            ConnectCallback = (context, cancellation) => ConnectAsync(address, context.DnsEndPoint.Port, cancellation),
        };
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress from, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Note(Hash32 id, Answer answer)
    {
        if (answer.IsAccepted)
        {
            _accepted[id] = 1;
        }
    }

    private void Count(string answer) => _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);

    private async Task<Answer> SendAsync(
        HttpClient[] clients, string? key, string path, byte[]? body, Action<Answer, JsonNode?> note, CancellationToken cancellation)
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
            HttpClient http;
            lock (random)
            {
                (app, http) = (running[random.Next(running.Count)].Url, clients[random.Next(clients.Length)]);
            }

            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(app, path));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = Json;
            }

            if (key is not null)
            {
                request.Headers.Add(HonestUsers.KeyHeader, key);
            }

            using var response = await http.SendAsync(request, cancellation);
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
