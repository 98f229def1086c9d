using System.Diagnostics;
using Functions.Bounds;
using Functions.Tests.Hosting;

namespace Functions.Tests.Callers;

/// <summary>How often callers may try.</summary>
public sealed class AttemptLimiterTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(1, 60)]
    [InlineData(90, 1)]
    [InlineData(600, 1)]
    public void A_minutes_worth_is_taken_at_once_and_then_the_time_to_wait_is_told(int perMinute, int longest)
    {
        var limiter = new AttemptLimiter<string>(_ => perMinute, 10, _time);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < perMinute; i++)
        {
            Assert.Null(limiter.Take("one"));
        }

        Assert.NotNull(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30.0 / perMinute) ? limiter.Take("one") : TimeSpan.Zero);
        Assert.InRange(limiter.Look("one") ?? TimeSpan.FromSeconds(longest), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(longest));
        Assert.Null(limiter.Take("another"));
    }

    [Fact]
    public void Looking_takes_nothing()
    {
        var limiter = new AttemptLimiter<string>(_ => 1, 10, _time);

        Assert.Null(limiter.Look("one"));
        Assert.Null(limiter.Take("one"));
        Assert.NotNull(limiter.Take("one"));
    }

    [Fact]
    public void However_many_come_only_so_many_are_remembered_and_who_keeps_coming_is_not_forgotten()
    {
        var limiter = new AttemptLimiter<int>(_ => 1, 100, _time);
        Assert.Null(limiter.Take(-1));
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Null(limiter.Take(i));
            Assert.InRange(limiter.Count, 1, 202);
            if (i % 50 == 0)
            {
                Assert.NotNull(limiter.Take(-1));
            }
        }
    }

    [Fact]
    public void Who_was_away_for_two_minutes_is_forgotten()
    {
        var limiter = new AttemptLimiter<int>(_ => 1, 100, _time);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Null(limiter.Take(i)));
        _time.Advance(TimeSpan.FromMinutes(1));
        limiter.Take(1_000);
        _time.Advance(TimeSpan.FromMinutes(1));
        limiter.Take(1_001);

        Assert.Equal(2, limiter.Count);
    }

    [Fact]
    public void At_the_same_time_no_more_are_taken_than_may_be()
    {
        // One new token comes each minute: a slow machine may see one or two of them.
        var limiter = new AttemptLimiter<string>(_ => 1, 10, _time);
        var taken = 0;
        Parallel.For(0, 1_000, _ =>
        {
            if (limiter.Take("one") is null)
            {
                Interlocked.Increment(ref taken);
            }
        });

        Assert.InRange(taken, 1, 2);
    }

    [Fact]
    public void A_look_costs_about_a_microsecond_and_its_figure_is_printed()
    {
        const int Calls = 400_000;
        var limiter = new AttemptLimiter<string>(_ => 100_000_000, 16_384, _time);
        string[] callers = [.. Enumerable.Range(0, 1_000).Select(i => $"203.0.113.{i}")];
        Measure();
        var figure = Measure();
        TestContext.Current.TestOutputHelper?.WriteLine($"{figure.TotalNanoseconds / Calls:0} ns");

        Assert.InRange(figure, TimeSpan.Zero, TimeSpan.FromMicroseconds(50.0 * Calls)); // A busy machine may take long; a mistake takes longer.

        TimeSpan Measure()
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls; i++)
            {
                limiter.Take(callers[i % callers.Length]);
            }

            return Stopwatch.GetElapsedTime(started);
        }
    }
}
