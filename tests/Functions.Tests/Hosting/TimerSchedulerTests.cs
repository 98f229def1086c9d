using System.Threading.Channels;
using DevChain.Processes;
using Functions.Configuration;
using SelfHost;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using SampleApp;

namespace Functions.Tests.Hosting;

public sealed class TimerSchedulerTests
{
    private const string EveryTenSeconds = "Schedules:Tick=*/10 * * * * *";

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 3, 29, 1, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ticks_come_when_they_are_due_and_not_before()
    {
        var (time, ticks) = (new ManualTime(Start), new Ticks());
        await using var host = await StartAsync(time, ticks);
        await MoveAsync(time, TimeSpan.FromSeconds(8));
        Assert.Equal(0, ticks.Count);

        await MoveAsync(time, TimeSpan.FromSeconds(1));
        var first = await ticks.NextAsync();
        await MoveAsync(time, TimeSpan.FromSeconds(10));
        var second = await ticks.NextAsync();

        Assert.False(first.IsPastDue);
        Assert.False(second.IsPastDue);
        Assert.Equal(Start.UtcDateTime.AddSeconds(9), second.ScheduleStatus!.Last);
        Assert.Equal(Start.UtcDateTime.AddSeconds(29), second.ScheduleStatus.Next);
        Assert.Equal(DateTimeKind.Utc, second.ScheduleStatus.Next.Kind);
        Assert.Equal(2, ticks.Count);
    }

    [Fact]
    public async Task A_run_never_overlaps_another_and_what_was_missed_comes_once_and_late()
    {
        var (time, ticks) = (new ManualTime(Start), new Ticks { Gate = new SemaphoreSlim(0) });
        await using var host = await StartAsync(time, ticks);
        await MoveAsync(time, TimeSpan.FromSeconds(9));
        await ticks.NextAsync();
        time.Advance(TimeSpan.FromSeconds(35)); // Three more fall due meanwhile, the last five seconds ago.

        ticks.Gate.Release();
        var late = await ticks.NextAsync();
        ticks.Gate.Release();
        Assert.True(late.IsPastDue);
        Assert.Equal(Start.UtcDateTime.AddSeconds(49), late.ScheduleStatus!.Next);
        await MoveAsync(time, TimeSpan.FromSeconds(5));
        var punctual = await ticks.NextAsync();
        ticks.Gate.Release();
        Assert.False(punctual.IsPastDue);
        Assert.Equal(3, ticks.Count);
    }

    [Fact]
    public async Task A_tick_that_another_instance_claimed_is_skipped()
    {
        var (time, ticks, guard) = (new ManualTime(Start), new Ticks(), new Claims());
        guard.Taken.Add(Start.AddSeconds(9));
        await using var host = await StartAsync(time, ticks, guard);
        await MoveAsync(time, TimeSpan.FromSeconds(9));
        await guard.AskedAsync();
        await MoveAsync(time, TimeSpan.FromSeconds(10));
        await ticks.NextAsync();

        Assert.Equal(1, ticks.Count);
        Assert.Equal(("Tick", Start.AddSeconds(19)), await guard.AskedAsync());
    }

    [Fact]
    public async Task A_failing_tick_and_a_failing_guard_leave_the_next_tick_alone()
    {
        var (time, ticks, guard) = (new ManualTime(Start), new Ticks { Fails = true }, new Claims { Fails = true });
        await using var host = await StartAsync(time, ticks, guard);
        await MoveAsync(time, TimeSpan.FromSeconds(9));
        await guard.AskedAsync();
        guard.Fails = false;
        await MoveAsync(time, TimeSpan.FromSeconds(10));
        await ticks.NextAsync();
        await MoveAsync(time, TimeSpan.FromSeconds(10));
        await ticks.NextAsync();

        Assert.Equal(2, ticks.Count);
    }

    [Fact]
    public async Task A_stop_waits_for_the_run_under_way_and_begins_no_other()
    {
        var (time, ticks) = (new ManualTime(Start), new Ticks { Gate = new SemaphoreSlim(0) });
        await using var host = await StartAsync(time, ticks);
        await MoveAsync(time, TimeSpan.FromSeconds(9));
        await ticks.NextAsync();
        var stop = host.StopAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TimeoutException>(() => stop.WaitAsync(TimeSpan.FromMilliseconds(200), Cancellation));
        Assert.False(ticks.Cancelled);

        ticks.Gate.Release();
        await stop.WaitAsync(Patience, Cancellation);
        Assert.Equal(1, ticks.Count);
    }

    [Theory]
    [InlineData("Schedules:Tick=* * * * *", "Schedules:Tick: '* * * * *' is not a schedule of six fields")]
    [InlineData("Schedules:Tick=61 * * * * *", "is not a schedule of six fields")]
    [InlineData("Schedules:Tick=", "is not a schedule of six fields")]
    public async Task A_schedule_that_is_none_stops_the_start(string setting, string said)
    {
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => SampleHost.StartAsync(settings: [setting]));
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    private static Task<SampleHost> StartAsync(ManualTime time, Ticks ticks, ITickGuard? guard = null) => SampleHost.StartAsync(
        services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton<ITickLog>(ticks);
            if (guard is not null)
            {
                services.AddSingleton(guard);
            }
        },
        EveryTenSeconds);

    // The clock is only moved once every timer waits for it: Tick, SlowTick and BrokenTick.
    private static async Task MoveAsync(ManualTime time, TimeSpan by)
    {
        Assert.True(await Poll.UntilAsync(
            () => Task.FromResult(time.Waiting >= 3), Patience, TimeSpan.FromMilliseconds(5), Cancellation));
        time.Advance(by);
    }

    private sealed class Ticks : ITickLog
    {
        private readonly Channel<TimerInfo> _seen = Channel.CreateUnbounded<TimerInfo>();

        public SemaphoreSlim? Gate { get; init; }

        public bool Fails { get; init; }

        public int Count { get; private set; }

        public bool Cancelled { get; private set; }

        public async Task NoteAsync(string name, TimerInfo timer, CancellationToken cancellation)
        {
            Count++;
            await using var registration = cancellation.Register(() => Cancelled = true);
            await _seen.Writer.WriteAsync(timer, CancellationToken.None);
            if (Gate is not null)
            {
                await Gate.WaitAsync(cancellation);
            }

            if (Fails)
            {
                throw new InvalidOperationException("This one fails.");
            }
        }

        public async Task<TimerInfo> NextAsync() => await _seen.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);
    }

    private sealed class Claims : ITickGuard
    {
        private readonly Channel<(string Timer, DateTimeOffset Due)> _asked = Channel.CreateUnbounded<(string, DateTimeOffset)>();

        public HashSet<DateTimeOffset> Taken { get; } = [];

        public bool Fails { get; set; }

        public async Task<bool> TryClaimAsync(string timer, DateTimeOffset due, CancellationToken cancellation)
        {
            await _asked.Writer.WriteAsync((timer, due), cancellation);
            return Fails ? throw new TimeoutException("The database is unavailable.") : !Taken.Contains(due);
        }

        public async Task<(string Timer, DateTimeOffset Due)> AskedAsync() =>
            await _asked.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);
    }
}
