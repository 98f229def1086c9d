using DevChain;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

/// <summary>Who is asked when nodes are slow, fail, ask for peace or become another chain's.</summary>
public sealed class RpcPoolTests : ManyNodesTests
{
    [Fact]
    public async Task A_provider_that_becomes_another_chains_is_left_and_used_again_when_it_is_back()
    {
        var client = await ConnectAsync(10, 10);
        Nodes.ForEach(node => node.KnowsHeight = true);
        Nodes[0].Answer = (_, _) => "0x1";
        Nodes[1].Answer = (method, _) => method == "eth_getBalance" ? "0x2" : $"{Hash}";
        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([Account], Cancellation));

        Nodes[0].ChainId = 5;
        await BecomesAsync(async () => (await AfterAWhileAsync(client)) == new Wei(2));
        Assert.Contains(ProviderState.WrongChain, await StatesAsync(client));
        var asked = Nodes[0].Bodies.Count;
        Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);
        Assert.Equal(asked, Nodes[0].Bodies.Count);

        Nodes[0].ChainId = Chain.Value;
        await BecomesAsync(async () => (await AfterAWhileAsync(client)) == new Wei(1));
    }

    [Fact]
    public async Task The_only_provider_is_asked_again_which_chain_it_serves_and_nothing_more_than_it_must()
    {
        var client = await ConnectAsync(10);
        for (var i = 0; i < 20; i++)
        {
            await client.ReadBalancesAsync([Account], Cancellation);
        }

        Assert.Equal((1, 20), (Nodes[0].Probes, Nodes[0].Bodies.Count));

        Nodes[0].ChainId = 5;
        Time.Advance(TimeSpan.FromSeconds(61));
        await BecomesAsync(async () =>
            await Record.ExceptionAsync(() => client.ReadBalancesAsync([Account], Cancellation)) is ChainUnavailableException);
        Nodes[0].ChainId = Chain.Value;
        await BecomesAsync(async () =>
        {
            Time.Advance(TimeSpan.FromSeconds(31));
            return await Record.ExceptionAsync(() => client.ReadBalancesAsync([Account], Cancellation)) is null;
        });
    }

    [Fact]
    public async Task A_provider_much_slower_than_another_is_asked_after_it()
    {
        var client = await ConnectAsync(10, 10);
        Nodes.ForEach(node => node.KnowsHeight = true);
        (Nodes[0].Answer, Nodes[1].Answer) = ((_, _) => "0x1", (_, _) => "0x2");
        Nodes[0].MisbehavesToProbes = true;
        Nodes[0].Misbehave = async (context, reply) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2), context.RequestAborted);
            await context.Response.WriteAsync(reply.ToJsonString(), context.RequestAborted);
        };

        // Looked at until it shows: on a busy machine the other one may be slow for a while too.
        await BecomesAsync(async () => await StatesAsync(client) is [ProviderState.Slow, ProviderState.Healthy]
            && (await client.ReadBalancesAsync([Account], Cancellation))[0] == new Wei(2));
    }

    [Fact]
    public async Task Who_asks_for_peace_gets_neither_questions_nor_broadcasts_until_its_time()
    {
        var client = await ConnectAsync(10, 10);
        Nodes[0].Misbehave = NodeStandIn.Status(429, "20");
        await client.ReadBalancesAsync([Account], Cancellation);
        Nodes[0].Misbehave = null;
        Nodes[1].Answer = (_, _) => $"{Hash}";
        Assert.Equal([ProviderState.Resting, ProviderState.Healthy], await StatesAsync(client));

        Time.Advance(TimeSpan.FromSeconds(19));
        await client.SendRawAsync([Raw], Cancellation);
        Assert.Single(Nodes[0].Bodies);

        Time.Advance(TimeSpan.FromSeconds(2));
        await BecomesAsync(async () =>
        {
            await client.SendRawAsync([Raw], Cancellation);
            return Nodes[0].Bodies.Count > 1;
        });
    }

    [Fact]
    public async Task When_all_were_down_and_are_back_the_next_call_is_answered()
    {
        var client = await ConnectAsync(10, 10, 10);
        Nodes.ForEach(node => (node.Misbehave, node.MisbehavesToProbes) = (NodeStandIn.Status(503), true));
        for (var i = 0; i < 5; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(20));
            await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        }

        Assert.DoesNotContain(await client.ObserveProvidersAsync(Cancellation), report => report.IsUsable);
        Nodes.ForEach(node => node.Misbehave = null);
        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
        Assert.Contains(await client.ObserveProvidersAsync(Cancellation), report => report.IsUsable);
    }

    [Fact]
    public async Task A_provider_that_fails_half_its_calls_is_left_alone_for_longer_and_longer()
    {
        var client = await ConnectAsync(10, 10);
        var calls = 0;
        Nodes[0].Misbehave = (context, reply) => Interlocked.Increment(ref calls) % 2 == 0
            ? NodeStandIn.Status(500)(context, reply)
            : context.Response.WriteAsync(reply.ToJsonString());
        for (var i = 0; i < 200; i++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(250));
            Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
        }

        Assert.InRange(Nodes[0].Bodies.Count, 1, 100);
        Assert.True(Nodes[1].Bodies.Count > 100, $"{Nodes[1].Bodies.Count}");
    }

    [Fact]
    public async Task A_report_says_height_lag_and_latency_and_no_more_of_the_url_than_its_host()
    {
        var client = await ConnectAsync(90, 100);
        var reports = await client.ObserveProvidersAsync(Cancellation);

        Assert.Equal(Nodes.Select(node => new Uri(node.Url).Authority), reports.Select(report => report.Name));
        Assert.Equal([(90, 10), (100, 0)], reports.Select(report => (report.Head!.Value, report.Lag!.Value)));
        Assert.All(reports, report => Assert.True(report.Latency > TimeSpan.Zero));
    }

    private async Task<Wei> AfterAWhileAsync(IChainClient client)
    {
        Time.Advance(TimeSpan.FromSeconds(4));
        return (await client.ReadBalancesAsync([Account], Cancellation))[0];
    }
}
