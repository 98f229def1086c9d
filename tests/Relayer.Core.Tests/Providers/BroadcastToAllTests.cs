using DevChain;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

/// <summary>The same bytes to every node: what it costs, and what their refusals say of them.</summary>
public sealed class BroadcastToAllTests : ManyNodesTests
{
    [Fact]
    public async Task A_broadcast_gives_the_same_bytes_to_all_and_waits_for_none_once_one_took_it()
    {
        var client = await ConnectAsync(10, 10, 10);
        Nodes[0].Misbehave = (context, _) => Nodes[0].HangAsync(context);
        Nodes[1].Answer = (_, _) => $"{Hash}";
        Nodes[2].Misbehave = (context, _) => Nodes[2].HangAsync(context);

        Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);

        await BecomesAsync(() => Nodes.All(node => node.Bodies.Count == 1));
        Assert.Single(Nodes.Select(node => node.Bodies[0]).Distinct());
    }

    [Fact]
    public async Task Known_already_everywhere_is_success()
    {
        var client = await ConnectAsync(10, 10, 10);
        Nodes.ForEach(node => node.Answer = (_, _) => NodeStandIn.Error(-32000, "already known"));
        Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);
    }

    [Fact]
    public async Task A_provider_that_swallows_broadcasts_costs_a_bounded_number_of_them()
    {
        var client = await ConnectAsync(10, 10);
        Nodes[0].Answer = (_, _) => $"{Hash}";
        Nodes[1].Misbehave = (context, _) => Nodes[1].HangAsync(context);

        for (var i = 0; i < 60; i++)
        {
            Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);
        }

        Assert.Equal(60, Nodes[0].Bodies.Count);
        Assert.InRange(Nodes[1].Bodies.Count, 1, 16);
    }

    [Theory]
    [InlineData(-32603, "nonce too low")]
    [InlineData(-32603, "Internal error: nonce too low")]
    [InlineData(-32000, "nonce too low: next nonce 5, tx nonce 4")]
    [InlineData(-32010, "OldNonce, Current nonce: 5, nonce of rejected tx: 4")]
    [InlineData(-32000, "replacement transaction underpriced")]
    [InlineData(-32000, "transaction underpriced: gas tip cap 0, minimum needed 1")]
    [InlineData(-32003, "Insufficient funds for gas * price + value")]
    [InlineData(-32004, "Upfront cost exceeds account balance")]
    [InlineData(-32000, "intrinsic gas too low: gas 20000, minimum needed 21000")]
    [InlineData(-32005, "Transaction gas limit exceeds block gas limit")]
    [InlineData(-32000, "txpool is full")]
    [InlineData(3, "execution reverted: nonce too low")]
    [InlineData(-32000, "already known")]
    [InlineData(-32603, "Internal error")]
    [InlineData(-32602, "invalid params")]
    public async Task What_the_chain_says_no_to_never_counts_against_who_says_it(int code, string words)
    {
        var client = await ConnectAsync(10, 10);
        Nodes.ForEach(node => (node.KnowsHeight, node.Answer) = (true, (_, _) => NodeStandIn.Error(code, words)));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(words, Assert.Single(await client.SendRawAsync([Raw], Cancellation)).Error!.Message);
            await client.CallAsync([new EthCall(null, Account, Raw)], Cancellation);
        }

        var reports = await client.ObserveProvidersAsync(Cancellation);
        Assert.All(reports, report => Assert.Equal((ProviderState.Healthy, 0d), (report.State, report.ErrorRate)));
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }
}
