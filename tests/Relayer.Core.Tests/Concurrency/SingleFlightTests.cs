using Relayer.Core.Concurrency;

namespace Relayer.Core.Tests.Concurrency;

public sealed class SingleFlightTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_at_the_same_time_share_one_attempt_and_the_next_starts_anew()
    {
        var gate = new TaskCompletionSource();
        var attempts = 0;
        var flight = new SingleFlight<int>(async () =>
        {
            var attempt = Interlocked.Increment(ref attempts);
            await gate.Task;
            return attempt;
        });

        var together = Enumerable.Range(0, 20).Select(_ => flight.RunAsync(Cancellation)).ToArray();
        gate.SetResult();

        Assert.All(await Task.WhenAll(together), attempt => Assert.Equal(1, attempt));
        Assert.Equal(2, await flight.RunAsync(Cancellation));
    }
}
