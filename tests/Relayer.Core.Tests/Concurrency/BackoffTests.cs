using Relayer.Core.Concurrency;

namespace Relayer.Core.Tests.Concurrency;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(6, 160)]
    [InlineData(7, 300)]
    [InlineData(int.MaxValue, 300)]
    public void The_wait_doubles_with_each_failure_up_to_the_longest(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new Backoff(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5)).After(failures));

    [Fact]
    public void A_first_wait_above_the_longest_is_the_longest() =>
        Assert.Equal(TimeSpan.FromMinutes(1), new Backoff(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1)).After(1));
}
