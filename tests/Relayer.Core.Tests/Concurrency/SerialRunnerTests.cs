using Relayer.Core.Concurrency;

namespace Relayer.Core.Tests.Concurrency;

public sealed class SerialRunnerTests
{
    [Fact]
    public async Task Nobody_is_answered_by_a_run_that_began_before_they_asked()
    {
        var (runs, gates) = (0, new[] { new TaskCompletionSource(), new TaskCompletionSource() });
        var begun = new TaskCompletionSource();
        var turns = new SerialRunner<int>(async () =>
        {
            var run = runs++;
            begun.TrySetResult();
            await gates[run].Task;
            return run;
        });

        var first = turns.RunAsync();
        await begun.Task;
        var (second, third) = (turns.RunAsync(), turns.RunAsync());
        gates[0].SetResult();
        Assert.Equal(0, await first);
        gates[1].SetResult();
        Assert.Equal((1, 1), (await second, await third)); // Together, and after the first.
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Runs_never_overlap()
    {
        var (inside, most, runs) = (0, 0, 0);
        var turns = new SerialRunner<int>(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            return Interlocked.Increment(ref runs);
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await turns.RunAsync();
            }
        })));
        Assert.Equal(1, most);
        Assert.InRange(runs, 200, 1_600);
    }

    [Fact]
    public async Task A_run_that_fails_fails_its_own_callers_only()
    {
        var runs = 0;
        var turns = new SerialRunner<int>(() => runs++ == 0 ? throw new InvalidOperationException("once") : Task.FromResult(7));
        await Assert.ThrowsAsync<InvalidOperationException>(turns.RunAsync);
        Assert.Equal(7, await turns.RunAsync());
    }
}
