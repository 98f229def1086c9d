using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DevChain.Processes;

namespace Storms.Workloads;

/// <summary>
/// Users of all kinds who post until they have an answer: to any instance that runs, again when it dies or says "not now".
/// </summary>
internal sealed class Workload(RelayerUnderTest relayer, int seed, WorkloadOptions options) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private const int Rush = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentQueue<SignedRequest> _requests = new();
    private readonly ConcurrentDictionary<string, int> _answers = new();
    private readonly ConcurrentQueue<string> _surprises = new();
    private int _accepted;

    /// <summary>All that was ever posted.</summary>
    public IReadOnlyCollection<SignedRequest> Requests => _requests;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How often each answer was given, retries included.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>Answers that nobody should ever get.</summary>
    public IReadOnlyCollection<string> Surprises => _surprises;

    /// <summary>Called when a request is accepted, with how long its last post took.</summary>
    public Action<SignedRequest, TimeSpan>? OnAccepted { get; set; }

    /// <summary>Called with each answer, its status and its code, retries included.</summary>
    public Action<string>? OnAnswer { get; set; }

    /// <summary>Waits until so many more requests are accepted.</summary>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    public Task GrowAsync(int by, CancellationToken cancellation)
    {
        var goal = Accepted + by;
        return UntilAsync(() => Accepted >= goal, $"no {by} more requests were accepted", cancellation);
    }

    /// <summary>Waits until an answer is given once more.</summary>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    public Task AnsweredAsync(string answer, CancellationToken cancellation)
    {
        var before = Answers.GetValueOrDefault(answer);
        return UntilAsync(() => Answers.GetValueOrDefault(answer) > before, $"nobody was answered {answer}", cancellation);
    }

    private static async Task UntilAsync(Func<bool> isSo, string otherwise, CancellationToken cancellation)
    {
        if (!await Poll.UntilAsync(() => Task.FromResult(isSo()), Hurry, TimeSpan.FromMilliseconds(20), cancellation))
        {
            throw new TimeoutException($"{otherwise} within {Hurry.TotalSeconds} seconds");
        }
    }

    /// <summary>Posts until <paramref name="end"/>, then sees to it that everybody has a definite answer.</summary>
    public Task RunAsync(CancellationToken end, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, options.Clients).Select(client => Task.Run(
            () => VisitAsync(new Random((seed * 1_000) + client), end, cancellation), cancellation)));

    public void Dispose() => _http.Dispose();

    private async Task VisitAsync(Random random, CancellationToken end, CancellationToken cancellation)
    {
        while (!end.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            var user = new User(relayer, random);
            switch (random.Next(100))
            {
                case < 35:
                    for (var i = 0; i < 3 && !end.IsCancellationRequested; i++)
                    {
                        await PostAsync(user.Sequential(), random, cancellation);
                    }

                    break;
                case < 68:
                    await PostAsync(user.Unordered(), random, cancellation);
                    break;
                case < 77:
                    await TwiceAtOnceAsync(user.Unordered(), random, cancellation);
                    break;
                case < 86:
                    await AtOnceAsync([user.Rival(), user.Rival()], random, cancellation);
                    break;
                case < 89:
                    await RushAsync(random, cancellation);
                    break;
                case < 94 when options.HastySeconds is { } seconds:
                    await PostAsync(user.Hasty(seconds), random, cancellation);
                    break;
                case < 97:
                    await PostAsync(user.Forged(), random, cancellation);
                    break;
                default:
                    await PostAsync(user.Forbidden(), random, cancellation);
                    break;
            }

            await Task.Delay(random.Next(options.PauseMilliseconds * 2), cancellation);
        }
    }

    /// <summary>Many in one moment, so that some share a transaction.</summary>
    private Task RushAsync(Random random, CancellationToken cancellation)
    {
        var users = Enumerable.Range(0, Rush).Select(_ => new User(relayer, random)).ToArray();
        return AtOnceAsync(
            [.. users.SelectMany(user => random.Next(3) switch
            {
                0 => new[] { user.Rival(), user.Rival() },
                1 => [user.Sequential()],
                _ => [user.Unordered()],
            })],
            random, cancellation);
    }

    private async Task TwiceAtOnceAsync(SignedRequest signed, Random random, CancellationToken cancellation)
    {
        _requests.Enqueue(signed);
        await Task.WhenAll(
            PostUntilAnsweredAsync(signed, new Random(random.Next()), cancellation),
            PostUntilAnsweredAsync(signed, new Random(random.Next()), cancellation));
    }

    private Task AtOnceAsync(SignedRequest[] requests, Random random, CancellationToken cancellation) =>
        Task.WhenAll(requests.Select(signed => PostAsync(signed, new Random(random.Next()), cancellation)).ToArray());

    private async Task PostAsync(SignedRequest signed, Random random, CancellationToken cancellation)
    {
        _requests.Enqueue(signed);
        await PostUntilAnsweredAsync(signed, random, cancellation);
    }

    private async Task PostUntilAnsweredAsync(SignedRequest signed, Random random, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            var running = relayer.Running;
            var asked = TimeProvider.System.GetTimestamp();
            if (running.Count > 0 && await TryAsync(running[random.Next(running.Count)].Url, signed, cancellation) is { } verdict)
            {
                if (verdict.IsAccepted && !signed.IsAccepted)
                {
                    Interlocked.Increment(ref _accepted);
                    OnAccepted?.Invoke(signed, TimeProvider.System.GetElapsedTime(asked));
                }

                // Twice at once: accepted by one is accepted.
                signed.Answer = signed.IsAccepted ? signed.Answer : verdict;
                return;
            }

            await Task.Delay(random.Next(20, 300), cancellation);
        }
    }

    /// <returns>Null when there is nothing definite: nobody answered, or "not now".</returns>
    private async Task<GivenAnswer?> TryAsync(Uri app, SignedRequest signed, CancellationToken cancellation)
    {
        try
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(signed.Body));
            content.Headers.ContentType = Json;
            using var response = await _http.PostAsync(new Uri(app, "api/relay"), content, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            var status = (int)response.StatusCode;
            var code = status is 200 or 202 ? null : (string?)JsonNode.Parse(text)?["code"];
            var answer = $"{status} {code}".TrimEnd();
            _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
            OnAnswer?.Invoke(answer);
            if (status is 429 or 503)
            {
                Expect(response.Headers.RetryAfter is not null, signed, status, text);

                // Every second rival fails on chain, as it is meant to. Once the relayer pays for no more of them, that is for longer than a storm lasts.
                return signed.Kind == SignedRequestKind.Rival && code == "target_failing" ? new GivenAnswer(status, code) : null;
            }

            Expect(status < 500, signed, status, text);

            // A node that lags does not know yet that the one before is mined.
            return status >= 500 || code == "nonce_gap" ? null : new GivenAnswer(status, code);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            _answers.AddOrUpdate("no answer", 1, (_, count) => count + 1);
            return null;
        }
    }

    private void Expect(bool isSo, SignedRequest signed, int status, string text)
    {
        if (!isSo)
        {
            _surprises.Enqueue($"{status} for {signed}: {text}");
        }
    }
}

/// <summary>How a workload behaves.</summary>
/// <param name="Clients">So many at once.</param>
/// <param name="PauseMilliseconds">The mean pause between two requests of one client.</param>
/// <param name="HastySeconds">The deadline of those that may come too late; null for none of these.</param>
internal sealed record WorkloadOptions(int Clients = 6, int PauseMilliseconds = 60, double? HastySeconds = null);
