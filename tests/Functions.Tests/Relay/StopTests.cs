using System.Diagnostics;
using DevChain;

namespace Functions.Tests.Relay;

/// <summary>A stop does not wait for callers who wait.</summary>
[Trait("needs", "services")]
public sealed class StopTests(IsolatedStacks stacks) : IClassFixture<IsolatedStacks>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_waits_is_answered_when_the_app_stops()
    {
        // Never confirmed, so that nothing else ends the waiting.
        var settings = new Dictionary<string, string> { [$"Chains__{AppSettings.ChainName}__Confirmations"] = "1000000" };
        await using var stack = await stacks.SettleAsync(settings);
        var posted = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()));
        Assert.Equal(202, posted.Status);
        var waiting = stack.Http.GetAsync($"api/relay/{posted["id"]}?wait=25", Cancellation);
        using var following = await stack.Http.GetAsync(
            $"api/relay/{posted["id"]}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var events = await following.Content.ReadAsStreamAsync(Cancellation);
        var first = new byte[5];
        await events.ReadExactlyAsync(first, Cancellation);
        Assert.False(waiting.IsCompleted);

        var started = Stopwatch.GetTimestamp();
        Assert.True(await stack.App.StopAsync());
        using var answer = await waiting;

        // Without it the stop takes its whole limit of 25 seconds.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("relay", await new StreamReader(events).ReadToEndAsync(Cancellation), StringComparison.Ordinal);
    }
}
