using System.Collections.Concurrent;
using Relayer.Core.Concurrency;

namespace Relayer.Core.Tests.Concurrency;

public sealed class CoalescerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_caller_alone_is_served_at_once_and_alone()
    {
        var coalescer = new Coalescer<int, int>((batch, _) => Answer(batch));

        Assert.Equal(14, await coalescer.RunAsync(7, Cancellation));
    }

    [Fact]
    public async Task Those_who_come_while_a_batch_is_under_way_share_the_next_one()
    {
        var gate = new TaskCompletionSource();
        var sizes = new ConcurrentQueue<int>();
        var coalescer = new Coalescer<int, int>(async (batch, _) =>
        {
            sizes.Enqueue(batch.Count);
            await gate.Task;
            return await Answer(batch);
        }, maxBatch: 4);

        var answers = Enumerable.Range(0, 10).Select(i => coalescer.RunAsync(i, Cancellation)).ToArray();
        gate.SetResult();

        Assert.Equal(Enumerable.Range(0, 10).Select(i => 2 * i), await Task.WhenAll(answers));
        Assert.Equal([1, 4, 4, 1], sizes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Nothing_is_lost_nor_mixed_up_under_stress_and_no_more_run_at_once_than_allowed(int parallelism)
    {
        var (running, most) = (0, 0);
        var coalescer = new Coalescer<int, int>(async (batch, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            if (batch[0] % 3 == 0)
            {
                await Task.Yield();
            }

            Interlocked.Decrement(ref running);
            return await Answer(batch);
        }, maxBatch: 5, parallelism);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 50_000),
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancellation },
            async (i, token) => Assert.Equal(2 * i, await coalescer.RunAsync(i, token).WaitAsync(TimeSpan.FromSeconds(60), token)));

        Assert.InRange(most, 1, parallelism);
    }

    [Fact]
    public async Task A_batch_that_throws_fails_each_of_its_callers_and_nobody_else()
    {
        var gate = new TaskCompletionSource();
        var coalescer = new Coalescer<int, int>(async (batch, _) =>
        {
            await gate.Task;
            return batch.Contains(2) ? throw new TimeoutException("the batch of 2") : await Answer(batch);
        }, maxBatch: 2);

        var answers = Enumerable.Range(0, 5).Select(i => coalescer.RunAsync(i, Cancellation)).ToArray();
        gate.SetResult();

        // 0 alone; 1 and 2; 3 and 4.
        Assert.Equal(0, await answers[0]);
        await Assert.ThrowsAsync<TimeoutException>(() => answers[1]);
        await Assert.ThrowsAsync<TimeoutException>(() => answers[2]);
        int[] others = await Task.WhenAll(answers[3], answers[4]);
        Assert.Equal([6, 8], others);
        Assert.Equal(10, await coalescer.RunAsync(5, Cancellation));
    }

    [Fact]
    public async Task An_answer_too_few_fails_its_caller_instead_of_leaving_it_waiting()
    {
        var coalescer = new Coalescer<int, int>((_, _) => Task.FromResult<IReadOnlyList<int>>([]));

        await Assert.ThrowsAnyAsync<Exception>(() => coalescer.RunAsync(1, Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }

    [Fact]
    public async Task A_caller_that_cancels_stops_waiting_and_is_left_out_of_the_next_batch()
    {
        var gate = new TaskCompletionSource();
        var seen = new ConcurrentQueue<int>();
        var coalescer = new Coalescer<int, int>(async (batch, _) =>
        {
            batch.ToList().ForEach(seen.Enqueue);
            await gate.Task;
            return await Answer(batch);
        });
        using var impatience = new CancellationTokenSource();
        var first = coalescer.RunAsync(1, Cancellation);
        var impatient = coalescer.RunAsync(2, impatience.Token);
        var patient = coalescer.RunAsync(3, Cancellation);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();

        int[] others = await Task.WhenAll(first, patient);
        Assert.Equal([2, 6], others);
        Assert.Equal([1, 3], seen);
    }

    private static Task<IReadOnlyList<int>> Answer(IReadOnlyList<int> batch) =>
        Task.FromResult<IReadOnlyList<int>>([.. batch.Select(item => 2 * item)]);

    private static void InterlockedMax(ref int most, int now)
    {
        for (var before = Volatile.Read(ref most); now > before; before = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, now, before);
        }
    }
}
