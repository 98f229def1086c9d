using Microsoft.AspNetCore.Http;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>Callers of one chain: nothing, many at once, one that gives up.</summary>
public sealed class ChainClientTests : TwoNodesTests
{
    [Fact]
    public async Task Nothing_asked_sends_nothing()
    {
        var client = Connect(First.Url);
        Assert.Empty(await client.CallAsync([], Cancellation));
        Assert.Empty(await client.SendRawAsync([], Cancellation));
        Assert.Empty(await client.ReadNoncesAsync([], Cancellation));
        Assert.Empty(await client.ReadBalancesAsync([], Cancellation));
        Assert.Empty(First.Bodies);
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_batches_and_each_gets_its_own_answer()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => parameters[0].GetProperty("data").GetString();
        First.Misbehave = async (context, reply) =>
        {
            await Task.Delay(20, context.RequestAborted);
            await context.Response.WriteAsync(reply.ToJsonString(), context.RequestAborted);
        };
        await client.ReadChainIdAsync(Cancellation);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400),
            new ParallelOptions { MaxDegreeOfParallelism = 400, CancellationToken = Cancellation },
            async (i, token) =>
            {
                byte[] data = [(byte)(i >> 8), (byte)i];
                var outcome = Assert.Single(await client.CallAsync([new EthCall(null, Account, data)], token));
                Assert.Equal(data, Assert.IsType<CallOutcome.Returned>(outcome).Data.ToArray());
            });

        Assert.InRange(First.Bodies.Count, 4, 40);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_wait_for_the_node()
    {
        First.Misbehave = (context, _) => First.HangAsync(context);
        using var patience = new CancellationTokenSource();
        var reading = Connect(TimeSpan.FromMinutes(10), First.Url).ReadHeadAsync(patience.Token);
        while (First.Bodies.Count == 0)
        {
            await Task.Delay(10, Cancellation);
        }

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_chain_is_not_found() =>
        Assert.Throws<KeyNotFoundException>(() => Clients(Ample, TimeProvider.System, First.Url).Get(new(1)));
}
