using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Relayer.Core.Ethereum;
using Spectre.Console;

namespace Load;

/// <summary>Clients that each post one request after the other; who is deferred waits as told and posts the same again.</summary>
internal sealed class Workload(Poster poster, IReadOnlyList<SignedRequest> requests)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentBag<Posted> _accepted = [];
    private int _next = -1;
    private int _deferred;
    private int _errors;

    public IReadOnlyCollection<Posted> Accepted => _accepted;

    public int Deferred => _deferred;

    public int Errors => _errors;

    public string? FirstError { get; private set; }

    /// <summary>Posts for a while, or all there is.</summary>
    public Task RunAsync(int clients, TimeSpan? duration, CancellationToken cancellation) =>
        AnsiConsole.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var started = Stopwatch.GetTimestamp();
            var bar = progress.AddTask($"{clients} clients", maxValue: duration?.TotalSeconds ?? requests.Count);
            var all = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => PostAsync(started, duration, cancellation))));
            while (await Task.WhenAny(all, Task.Delay(Glance, cancellation)) != all)
            {
                bar.Value = duration is null ? _accepted.Count : Stopwatch.GetElapsedTime(started).TotalSeconds;
                bar.Description = $"{clients} clients: {_accepted.Count} accepted";
                cancellation.ThrowIfCancellationRequested();
            }

            bar.Value = bar.MaxValue;
            await all;
        });

    private async Task PostAsync(long started, TimeSpan? duration, CancellationToken cancellation)
    {
        while (!IsOver() && Interlocked.Increment(ref _next) is var place && place < requests.Count)
        {
            while (await TryAsync(requests[place], cancellation) is { } wait && !IsOver())
            {
                await Task.Delay(wait, cancellation);
            }
        }

        bool IsOver() => duration is { } limit && Stopwatch.GetElapsedTime(started) >= limit;
    }

    /// <summary>Posts once.</summary>
    /// <returns>How long to wait before the next try; null when there is none.</returns>
    private async Task<TimeSpan?> TryAsync(SignedRequest request, CancellationToken cancellation)
    {
        Answer answer;
        try
        {
            answer = await poster.PostAsync(request.Body, cancellation);
        }
        catch (HttpRequestException failure)
        {
            Fail(failure.Message);
            return null;
        }

        if (answer.IsAccepted)
        {
            _accepted.Add(new Posted(request.User, answer));
            return null;
        }

        if (answer.IsDeferral)
        {
            Interlocked.Increment(ref _deferred);
            return answer.RetryAfter!.Value;
        }

        Fail($"{(int)answer.Status} {Encoding.UTF8.GetString(answer.Body)}");
        return null;
    }

    private void Fail(string reason)
    {
        if (Interlocked.Increment(ref _errors) == 1)
        {
            FirstError = reason;
        }
    }
}

/// <summary>A request that was accepted.</summary>
internal sealed record Posted(Address User, Answer Answer);
