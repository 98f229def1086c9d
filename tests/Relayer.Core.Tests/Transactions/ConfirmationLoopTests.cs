using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Confirmation;

namespace Relayer.Core.Tests.Transactions;

public sealed class ConfirmationLoopTests
{
    private static readonly ChainId Chain = new(31337);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wake_is_never_lost_between_the_last_pass_and_the_end()
    {
        var open = 0;
        var watch = new ConfirmationLoop(Chain, () => Task.FromResult(Interlocked.Exchange(ref open, 0) * 0), TimeProvider.System, NullLogger.Instance);

        // Each wake comes when the run that the one before started is about to end.
        for (var i = 0; i < 20_000; i++)
        {
            Interlocked.Exchange(ref open, 1);
            watch.Wake();
            var started = TimeProvider.System.GetTimestamp();
            while (Volatile.Read(ref open) != 0)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"wake {i} was lost");
                await Task.Yield();
            }
        }

        await watch.StopAsync();
    }

    [Fact]
    public async Task That_the_database_is_away_is_said_once_without_a_stack_and_other_failures_as_they_are()
    {
        var (logs, passes) = (new CapturedLogs(), 0);
        var time = new MovableTime();
        var trouble = new StorageTrouble(time, new Microsoft.Extensions.Logging.Logger<StorageTrouble>(logs));
        var watch = new ConfirmationLoop(
            Chain,
            () => Interlocked.Increment(ref passes) switch
            {
                < 6 => throw new NpgsqlException("it is away", new System.Net.Sockets.SocketException(111)),
                6 => throw new FormatException("something else"),
                _ => Task.FromResult(0),
            },
            time, logs, trouble);

        watch.Wake();
        await Waiting.UntilAsync(
            () => Task.FromResult(Volatile.Read(ref passes) > 6),
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(2));
                return Task.CompletedTask;
            },
            () => $"{passes} passes");
        await watch.StopAsync();

        Assert.Single(logs.Lines, line => line.StartsWith("Error 102 ", StringComparison.Ordinal));
        Assert.Contains("something else", Assert.Single(logs.Lines, line => line.StartsWith("Warning 220 ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", string.Concat(logs.Lines.Where(line => line.StartsWith("Error 102 ", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wake_during_the_last_pass_brings_another_one()
    {
        var passes = 0;
        ConfirmationLoop watch = null!;
        watch = new ConfirmationLoop(
            Chain,
            () =>
            {
                if (Interlocked.Increment(ref passes) == 1)
                {
                    watch.Wake();
                }

                return Task.FromResult(0);
            },
            TimeProvider.System,
            NullLogger.Instance);

        watch.Wake();
        for (var i = 0; i < 10_000 && Volatile.Read(ref passes) < 2; i++)
        {
            await Task.Delay(5, Cancellation);
        }

        await watch.StopAsync();
        Assert.Equal(2, passes);
    }

    [Fact]
    public async Task Goes_on_until_nothing_is_open_whatever_a_pass_meets()
    {
        var passes = 0;
        var done = new TaskCompletionSource();
        var watch = new ConfirmationLoop(
            Chain,
            () => Interlocked.Increment(ref passes) switch
            {
                1 => throw new InvalidOperationException("not foreseen"),
                2 => Task.FromResult(5),
                _ => Finish(),
            },
            TimeProvider.System,
            NullLogger.Instance);

        watch.Wake();
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await watch.StopAsync();

        Assert.Equal(3, passes);

        Task<int> Finish()
        {
            done.SetResult();
            return Task.FromResult(0);
        }
    }

    [Fact]
    public async Task Once_stopped_it_starts_no_more_passes()
    {
        var passes = 0;
        var watch = new ConfirmationLoop(Chain, () => Task.FromResult(Interlocked.Increment(ref passes)), TimeProvider.System, NullLogger.Instance);
        watch.Wake();
        while (Volatile.Read(ref passes) == 0)
        {
            await Task.Delay(5, Cancellation);
        }

        await watch.StopAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        var before = passes;
        watch.Wake();
        await Task.Delay(300, Cancellation);

        Assert.Equal(before, passes);
    }

    [Fact]
    public async Task A_wake_at_the_moment_of_the_stop_brings_no_pass_after_it()
    {
        var late = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var isStopped = false;
            var watch = new ConfirmationLoop(
                Chain,
                () =>
                {
                    late += Volatile.Read(ref isStopped) ? 1 : 0;
                    return Task.FromResult(0);
                },
                TimeProvider.System,
                NullLogger.Instance);
            using var together = new Barrier(2);
            var wake = Task.Run(
                () =>
                {
                    together.SignalAndWait(Cancellation);
                    Thread.SpinWait(i % 50);
                    watch.Wake();
                },
                Cancellation);
            together.SignalAndWait(Cancellation);
            await watch.StopAsync();
            Volatile.Write(ref isStopped, true);
            await wake;
        }

        Assert.Equal(0, late);
    }
}
