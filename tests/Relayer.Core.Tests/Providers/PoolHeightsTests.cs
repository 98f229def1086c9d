using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

/// <summary>Nodes that lag, or claim heights that nobody reached: what they say is not believed.</summary>
public sealed class PoolHeightsTests : ManyNodesTests
{
    [Fact]
    public async Task What_a_lagging_node_has_not_seen_is_asked_elsewhere()
    {
        var client = await ConnectAsync(90, 100);
        (Nodes[0].Answer, Nodes[1].Answer) = (Receipts(90, null), Receipts(100, 95));

        var read = await client.ReadReceiptsAsync([Hash], Cancellation);

        Assert.Equal((100, 95), (read.Head, read.Receipts[0]?.BlockNumber));
        Assert.Empty(Nodes[0].Bodies);
        Assert.Equal([ProviderState.Lagging, ProviderState.Healthy], await StatesAsync(client));
    }

    [Fact]
    public async Task A_node_that_falls_behind_between_two_looks_at_the_heads_is_found_out_by_its_own_answer()
    {
        var client = await ConnectAsync(100, 100);
        (Nodes[0].Answer, Nodes[1].Answer) = (Receipts(90, null), Receipts(100, 95));

        Assert.NotNull((await client.ReadReceiptsAsync([Hash], Cancellation)).Receipts[0]);
        Assert.Single(Nodes[0].Bodies);
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_a_load_balancer_a_node_that_is_behind_what_was_told_before_is_not_believed()
    {
        var client = await ConnectAsync(100);
        Nodes[0].Answer = Receipts(100, 95);
        Assert.NotNull((await client.ReadReceiptsAsync([Hash], Cancellation)).Receipts[0]);

        var asked = 0;
        Nodes[0].Answer = (method, _) => method == "eth_blockNumber"
            ? NodeStandIn.Quantity(++asked == 1 ? 90 : 101)
            : asked == 1 ? null : Receipt(95);
        Assert.Equal(101, (await client.ReadReceiptsAsync([Hash], Cancellation)).Head);

        Nodes[0].Answer = Receipts(90, null);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadReceiptsAsync([Hash], Cancellation));
        Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(90, (await client.ReadReceiptsAsync([Hash], Cancellation)).Head);
    }

    [Theory]
    [InlineData("100 100 9000000", "Healthy Healthy Ahead")]
    [InlineData("9000000 100 100", "Ahead Healthy Healthy")]
    [InlineData("50 9000000 100", "Lagging Ahead Healthy")]
    [InlineData("1 100 100", "Lagging Healthy Healthy")]
    public async Task One_liar_of_three_is_the_one_not_believed(string heads, string states)
    {
        var client = await ConnectAsync([.. heads.Split(' ').Select(head => long.Parse(head, CultureInfo.InvariantCulture))]);
        Nodes.ForEach(node => node.Answer = (method, _) => method == "eth_blockNumber" ? NodeStandIn.Quantity(node.Head) : "0x5");

        Assert.Equal(states, string.Join(' ', await StatesAsync(client)));
        await client.ReadReceiptsAsync([], Cancellation);
        await client.ReadBalancesAsync([Account], Cancellation);
        Assert.Equal([5UL], await client.ReadNoncesAsync([Account], Cancellation));

        foreach (var (node, state) in Nodes.Zip(states.Split(' ')))
        {
            Assert.True(state == "Healthy" || node.Bodies.Count == 0, $"asked though {state}");
        }
    }

    [Fact]
    public async Task A_head_that_nobody_could_have_reached_meanwhile_is_not_believed_from_one_of_two()
    {
        var client = await ConnectAsync(100, 100);
        (Nodes[0].Answer, Nodes[1].Answer) = (Receipts(9_000_000, 99), Receipts(101, 99));
        Nodes[0].Head = 9_000_000;

        Assert.Equal(101, (await client.ReadReceiptsAsync([Hash], Cancellation)).Head);
    }

    [Theory]
    [InlineData(10, 5, 11, 7, 7)]
    [InlineData(11, 7, 10, 5, 7)]
    [InlineData(10, 9, 10, 5, 5)]
    [InlineData(10, 9, 11, 5, 5)]
    public async Task Nonces_are_asked_of_all_and_the_highest_counts_unless_it_is_contradicted(
        long firstHead, long firstNonce, long secondHead, long secondNonce, ulong expected)
    {
        var client = await ConnectAsync(10, 10);
        Nodes[0].Answer = Nonces(firstHead, firstNonce);
        Nodes[1].Answer = Nonces(secondHead, secondNonce);
        Assert.Equal([expected], await client.ReadNoncesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task A_stale_nonce_from_behind_a_load_balancer_does_not_count()
    {
        var client = await ConnectAsync(100, 100, 100);
        Nodes[0].Answer = Nonces(80, 3);
        Nodes[1].Answer = Nonces(100, 7);
        Nodes[2].Misbehave = NodeStandIn.Status(500);
        Assert.Equal([7UL], await client.ReadNoncesAsync([Account], Cancellation));
    }

    private static Func<string, JsonElement, JsonNode?> Nonces(long head, long nonce) =>
        (method, _) => NodeStandIn.Quantity(method == "eth_blockNumber" ? head : nonce);

    private static Func<string, JsonElement, JsonNode?> Receipts(long head, long? block) =>
        (method, _) => method == "eth_blockNumber" ? NodeStandIn.Quantity(head) : block is { } number ? Receipt(number) : null;

    private static JsonObject Receipt(long block) => new()
    {
        ["transactionHash"] = $"{Hash}",
        ["blockNumber"] = NodeStandIn.Quantity(block),
        ["blockHash"] = $"{Hash}",
        ["status"] = "0x1",
        ["gasUsed"] = "0x5208",
        ["effectiveGasPrice"] = "0x2",
        ["logs"] = new JsonArray(),
    };
}
