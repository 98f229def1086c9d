using System.Collections.Concurrent;
using DevChain;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>Users who want one thing each, again and again, beside whatever goes on.</summary>
/// <remarks>
/// Anonymous ones, those of an API client, and those that a contract admits; for the latter two a share is reserved. Admitted users differ by their
/// address alone, so their keys are made before the app starts, and are taken in turn.
/// </remarks>
/// <param name="relayer">Where.</param>
/// <param name="poster">Posts for them.</param>
/// <param name="random">When.</param>
/// <param name="key">The API client's; <see langword="null"/> for users that have none.</param>
/// <param name="admitted">The users' own keys; <see langword="null"/> for a fresh one each time.</param>
internal sealed class HonestUsers(RelayerUnderTest relayer, Poster poster, Random random, string? key = null, IReadOnlyList<DevKey>? admitted = null)
{
    /// <summary>Carries the key.</summary>
    public const string KeyHeader = "x-relayer-key";

    /// <summary>The key of the client that every app here has.</summary>
    public const string ShopKey = "shops-key-of-these-attacks-71ab-c03d";

    private readonly ConcurrentQueue<Wish> _wishes = new();
    private int _turn = -1;

    /// <summary>What became of every wish.</summary>
    public IReadOnlyCollection<Wish> Wishes => _wishes;

    /// <summary>So many at a time, each with a pause, until it is told to end; every post gets its answer.</summary>
    public Task RunAsync(int users, TimeSpan pause, CancellationToken end, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, users).Select(_ => VisitAsync(pause, new Random(random.Next()), end, cancellation)));

    /// <summary>One after the other until one is accepted: an app that has only just started is not attacked yet.</summary>
    /// <param name="patience">After this long it is, all the same.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task BeginAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await WishAsync(random, cancellation) && TimeProvider.System.GetElapsedTime(started) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }
    }

    private async Task<bool> WishAsync(Random own, CancellationToken cancellation)
    {
        var user = new Caller(relayer, own, admitted?[Interlocked.Increment(ref _turn) % admitted.Count]);
        var post = admitted is null ? user.Increment() : user.IncrementInAnyOrder();
        var started = TimeProvider.System.GetTimestamp();
        var answer = await poster.WishAsync(post, key, cancellation);
        _wishes.Enqueue(new Wish(user.Address, answer, started, TimeProvider.System.GetElapsedTime(started)));
        return answer.IsAccepted;
    }

    private async Task VisitAsync(TimeSpan pause, Random own, CancellationToken end, CancellationToken cancellation)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                await WishAsync(own, cancellation);
                await Task.Delay(pause * (0.5 + own.NextDouble()), end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // They go home.
        }
    }
}

/// <summary>One honest request.</summary>
internal sealed record Wish(Relayer.Core.Ethereum.Address User, Answer Answer, long At, TimeSpan Took)
{
    /// <summary>The door is closed to all anonymous callers alike: a budget that all share is spent, or the function keeps failing.</summary>
    public bool FoundClosedDoor => Answer is { Status: 503, Code: "budget_spent" or "target_failing" or "sponsorship_paused" };
}
