using System.Collections.Concurrent;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>Users who want one thing each, again and again, beside whatever goes on.</summary>
/// <remarks>
/// They are anonymous: nobody knows them. Those for whom shares are reserved (API clients by their key, admitted users) are further groups: they
/// differ by how <see cref="Caller"/> and <see cref="Poster"/> introduce them, and must be served while the door is closed to these.
/// </remarks>
internal sealed class HonestUsers(RelayerUnderTest relayer, Poster poster, Random random)
{
    private readonly ConcurrentQueue<Wish> _wishes = new();

    /// <summary>What became of every wish.</summary>
    public IReadOnlyCollection<Wish> Wishes => _wishes;

    /// <summary>So many at a time, each with a pause, until it is told to end; every post gets its answer.</summary>
    public Task RunAsync(int users, TimeSpan pause, CancellationToken end, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, users).Select(_ => VisitAsync(pause, new Random(random.Next()), end, cancellation)));

    private async Task VisitAsync(TimeSpan pause, Random own, CancellationToken end, CancellationToken cancellation)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                var user = new Caller(relayer, own);
                var post = user.Increment();
                var started = TimeProvider.System.GetTimestamp();
                var answer = await poster.RelayAsync(post, cancellation);
                _wishes.Enqueue(new Wish(user.Address, answer, started, TimeProvider.System.GetElapsedTime(started)));
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
