using Relayer.Core.Concurrency;

namespace Relayer.Core.Tests.Concurrency;

/// <summary>When somebody who fails again and again is asked, and when not.</summary>
public sealed class CallBreakerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly StoppedTime _time = new();
    private readonly CallBreaker _breaker;

    public CallBreakerTests() => _breaker = new CallBreaker(3, Pause, _time);

    [Fact]
    public void It_opens_after_failures_in_a_row_and_says_when_to_come_back()
    {
        Fail(2);
        Assert.Null(_breaker.Refuses());
        _breaker.Note(hasAnswered: true);
        Fail(2);
        Assert.Null(_breaker.Refuses()); // An answer came between.

        Fail(1);
        Assert.Equal(Pause, _breaker.Refuses());
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(1), _breaker.Refuses());
    }

    [Fact]
    public void Each_pause_lets_one_through_and_an_answer_lets_all_through()
    {
        Fail(3);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(Pause);
            Assert.Null(_breaker.Refuses());
            Assert.Equal(Pause, _breaker.Refuses()); // The others, while it is under way.
            if (i == 1)
            {
                continue; // It gave up and says nothing.
            }

            _breaker.Note(hasAnswered: false);
            Assert.Equal(Pause, _breaker.Refuses());
        }

        _time.Advance(Pause);
        Assert.Null(_breaker.Refuses());
        _breaker.Note(hasAnswered: true);
        Assert.Null(_breaker.Refuses());
        Assert.Null(_breaker.Refuses());
        Fail(2);
        Assert.Null(_breaker.Refuses());
    }

    [Fact]
    public void What_was_under_way_when_it_opened_does_not_keep_it_open_longer()
    {
        Fail(3);
        _time.Advance(TimeSpan.FromSeconds(4));
        Fail(20);

        Assert.Equal(TimeSpan.FromSeconds(1), _breaker.Refuses());
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _breaker.Note(hasAnswered: false);
        }
    }

    private sealed class StoppedTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
