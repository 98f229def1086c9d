using System.Globalization;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>Several providers of one chain, some of which lag, lie, are slow or go away.</summary>
public sealed class ProviderPoolTests : IAsyncLifetime
{
    private static readonly ChainId Chain = new(31337);
    private static readonly Address Account = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    private static readonly Hash32 Hash = Keccak256.Hash("a transaction"u8);
    private static readonly byte[] Raw = [1, 2, 3];
    private readonly CapturedLogs _logs = new();
    private readonly MovableTime _time = new();
    private readonly List<NodeStandIn> _nodes = [];
    private ChainClients? _clients;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _clients?.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_broadcast_gives_the_same_bytes_to_all_and_waits_for_none_once_one_took_it()
    {
        var client = await ConnectAsync(10, 10, 10);
        _nodes[0].Misbehave = (context, _) => _nodes[0].HangAsync(context);
        _nodes[1].Answer = (_, _) => $"{Hash}";
        _nodes[2].Misbehave = (context, _) => _nodes[2].HangAsync(context);

        Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);

        await BecomesAsync(() => _nodes.All(node => node.Bodies.Count == 1));
        Assert.Single(_nodes.Select(node => node.Bodies[0]).Distinct());
    }

    [Fact]
    public async Task Known_already_everywhere_is_success()
    {
        var client = await ConnectAsync(10, 10, 10);
        _nodes.ForEach(node => node.Answer = (_, _) => NodeStandIn.Error(-32000, "already known"));
        Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);
    }

    [Fact]
    public async Task A_provider_that_swallows_broadcasts_costs_a_bounded_number_of_them()
    {
        var client = await ConnectAsync(10, 10);
        _nodes[0].Answer = (_, _) => $"{Hash}";
        _nodes[1].Misbehave = (context, _) => _nodes[1].HangAsync(context);

        for (var i = 0; i < 60; i++)
        {
            Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);
        }

        Assert.Equal(60, _nodes[0].Bodies.Count);
        Assert.InRange(_nodes[1].Bodies.Count, 1, 16);
    }

    [Fact]
    public async Task What_a_lagging_node_has_not_seen_is_asked_elsewhere()
    {
        var client = await ConnectAsync(90, 100);
        (_nodes[0].Answer, _nodes[1].Answer) = (Receipts(90, null), Receipts(100, 95));

        var read = await client.ReadReceiptsAsync([Hash], Cancellation);

        Assert.Equal((100, 95), (read.Head, read.Receipts[0]?.BlockNumber));
        Assert.Empty(_nodes[0].Bodies);
        Assert.Equal([ProviderState.Lagging, ProviderState.Healthy], await StatesAsync(client));
    }

    [Fact]
    public async Task A_node_that_falls_behind_between_two_looks_at_the_heads_is_found_out_by_its_own_answer()
    {
        var client = await ConnectAsync(100, 100);
        (_nodes[0].Answer, _nodes[1].Answer) = (Receipts(90, null), Receipts(100, 95));

        Assert.NotNull((await client.ReadReceiptsAsync([Hash], Cancellation)).Receipts[0]);
        Assert.Single(_nodes[0].Bodies);
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_a_load_balancer_a_node_that_is_behind_what_was_told_before_is_not_believed()
    {
        var client = await ConnectAsync(100);
        _nodes[0].Answer = Receipts(100, 95);
        Assert.NotNull((await client.ReadReceiptsAsync([Hash], Cancellation)).Receipts[0]);

        var asked = 0;
        _nodes[0].Answer = (method, _) => method == "eth_blockNumber"
            ? NodeStandIn.Quantity(++asked == 1 ? 90 : 101)
            : asked == 1 ? null : Receipt(95);
        Assert.Equal(101, (await client.ReadReceiptsAsync([Hash], Cancellation)).Head);

        _nodes[0].Answer = Receipts(90, null);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadReceiptsAsync([Hash], Cancellation));
        _time.Advance(TimeSpan.FromSeconds(31));
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
        _nodes.ForEach(node => node.Answer = (method, _) => method == "eth_blockNumber" ? NodeStandIn.Quantity(node.Head) : "0x5");

        Assert.Equal(states, string.Join(' ', await StatesAsync(client)));
        await client.ReadReceiptsAsync([], Cancellation);
        await client.ReadBalancesAsync([Account], Cancellation);
        Assert.Equal([5UL], await client.ReadNoncesAsync([Account], Cancellation));

        foreach (var (node, state) in _nodes.Zip(states.Split(' ')))
        {
            Assert.True(state == "Healthy" || node.Bodies.Count == 0, $"asked though {state}");
        }
    }

    [Fact]
    public async Task A_head_that_nobody_could_have_reached_meanwhile_is_not_believed_from_one_of_two()
    {
        var client = await ConnectAsync(100, 100);
        (_nodes[0].Answer, _nodes[1].Answer) = (Receipts(9_000_000, 99), Receipts(101, 99));
        _nodes[0].Head = 9_000_000;

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
        _nodes[0].Answer = Nonces(firstHead, firstNonce);
        _nodes[1].Answer = Nonces(secondHead, secondNonce);
        Assert.Equal([expected], await client.ReadNoncesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task A_stale_nonce_from_behind_a_load_balancer_does_not_count()
    {
        var client = await ConnectAsync(100, 100, 100);
        _nodes[0].Answer = Nonces(80, 3);
        _nodes[1].Answer = Nonces(100, 7);
        _nodes[2].Misbehave = NodeStandIn.Status(500);
        Assert.Equal([7UL], await client.ReadNoncesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task A_provider_that_becomes_another_chains_is_left_and_used_again_when_it_is_back()
    {
        var client = await ConnectAsync(10, 10);
        _nodes[0].Answer = (_, _) => "0x1";
        _nodes[1].Answer = (method, _) => method == "eth_getBalance" ? "0x2" : $"{Hash}";
        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([Account], Cancellation));

        _nodes[0].ChainId = 5;
        await BecomesAsync(async () => (await AfterAWhileAsync(client)) == new Wei(2));
        Assert.Contains(ProviderState.WrongChain, await StatesAsync(client));
        var asked = _nodes[0].Bodies.Count;
        Assert.True(Assert.Single(await client.SendRawAsync([Raw], Cancellation)).IsAccepted);
        Assert.Equal(asked, _nodes[0].Bodies.Count);

        _nodes[0].ChainId = Chain.Value;
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

        Assert.Equal((1, 20), (_nodes[0].Probes, _nodes[0].Bodies.Count));

        _nodes[0].ChainId = 5;
        _time.Advance(TimeSpan.FromSeconds(61));
        await BecomesAsync(async () =>
            await Record.ExceptionAsync(() => client.ReadBalancesAsync([Account], Cancellation)) is ChainUnavailableException);
        _nodes[0].ChainId = Chain.Value;
        await BecomesAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(31));
            return await Record.ExceptionAsync(() => client.ReadBalancesAsync([Account], Cancellation)) is null;
        });
    }

    [Fact]
    public async Task A_provider_much_slower_than_another_is_asked_after_it()
    {
        var client = await ConnectAsync(10, 10);
        (_nodes[0].Answer, _nodes[1].Answer) = ((_, _) => "0x1", (_, _) => "0x2");
        _nodes[0].MisbehavesToProbes = true;
        _nodes[0].Misbehave = async (context, reply) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2), context.RequestAborted);
            await context.Response.WriteAsync(reply.ToJsonString(), context.RequestAborted);
        };

        Assert.Equal([ProviderState.Slow, ProviderState.Healthy], await StatesAsync(client));
        Assert.Equal([new Wei(2)], await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task Who_asks_for_peace_gets_neither_questions_nor_broadcasts_until_its_time()
    {
        var client = await ConnectAsync(10, 10);
        _nodes[0].Misbehave = NodeStandIn.Status(429, "20");
        await client.ReadBalancesAsync([Account], Cancellation);
        _nodes[0].Misbehave = null;
        _nodes[1].Answer = (_, _) => $"{Hash}";
        Assert.Equal([ProviderState.Resting, ProviderState.Healthy], await StatesAsync(client));

        _time.Advance(TimeSpan.FromSeconds(19));
        await client.SendRawAsync([Raw], Cancellation);
        Assert.Single(_nodes[0].Bodies);

        _time.Advance(TimeSpan.FromSeconds(2));
        await BecomesAsync(async () =>
        {
            await client.SendRawAsync([Raw], Cancellation);
            return _nodes[0].Bodies.Count > 1;
        });
    }

    [Fact]
    public async Task When_all_were_down_and_are_back_the_next_call_is_answered()
    {
        var client = await ConnectAsync(10, 10, 10);
        _nodes.ForEach(node => (node.Misbehave, node.MisbehavesToProbes) = (NodeStandIn.Status(503), true));
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        }

        Assert.DoesNotContain(await client.ObserveProvidersAsync(Cancellation), report => report.IsUsable);
        _nodes.ForEach(node => node.Misbehave = null);
        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
        Assert.Contains(await client.ObserveProvidersAsync(Cancellation), report => report.IsUsable);
    }

    [Fact]
    public async Task A_provider_that_fails_half_its_calls_is_left_alone_for_longer_and_longer()
    {
        var client = await ConnectAsync(10, 10);
        var calls = 0;
        _nodes[0].Misbehave = (context, reply) => Interlocked.Increment(ref calls) % 2 == 0
            ? NodeStandIn.Status(500)(context, reply)
            : context.Response.WriteAsync(reply.ToJsonString());
        for (var i = 0; i < 200; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
        }

        Assert.InRange(_nodes[0].Bodies.Count, 1, 100);
        Assert.True(_nodes[1].Bodies.Count > 100, $"{_nodes[1].Bodies.Count}");
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
        _nodes.ForEach(node => node.Answer = (_, _) => NodeStandIn.Error(code, words));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(words, Assert.Single(await client.SendRawAsync([Raw], Cancellation)).Error!.Message);
            await client.CallAsync([new EthCall(null, Account, Raw)], Cancellation);
        }

        var reports = await client.ObserveProvidersAsync(Cancellation);
        Assert.All(reports, report => Assert.Equal((ProviderState.Healthy, 0d), (report.State, report.ErrorRate)));
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_says_height_lag_and_latency_and_no_more_of_the_url_than_its_host()
    {
        var client = await ConnectAsync(90, 100);
        var reports = await client.ObserveProvidersAsync(Cancellation);

        Assert.Equal(_nodes.Select(node => new Uri(node.Url).Authority), reports.Select(report => report.Name));
        Assert.Equal([(90, 10), (100, 0)], reports.Select(report => (report.Head!.Value, report.Lag!.Value)));
        Assert.All(reports, report => Assert.True(report.Latency > TimeSpan.Zero));
    }

    private static Func<string, System.Text.Json.JsonElement, JsonNode?> Nonces(long head, long nonce) =>
        (method, _) => NodeStandIn.Quantity(method == "eth_blockNumber" ? head : nonce);

    private static Func<string, System.Text.Json.JsonElement, JsonNode?> Receipts(long head, long? block) =>
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

    private static async Task<ProviderState[]> StatesAsync(IChainClient client) =>
        [.. (await client.ObserveProvidersAsync(Cancellation)).Select(report => report.State)];

    private async Task<Wei> AfterAWhileAsync(IChainClient client)
    {
        _time.Advance(TimeSpan.FromSeconds(4));
        return (await client.ReadBalancesAsync([Account], Cancellation))[0];
    }

    private static Task BecomesAsync(Func<bool> isSo) => BecomesAsync(() => Task.FromResult(isSo()));

    private static async Task BecomesAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 1_000 && !await isSo(); i++)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.True(await isSo());
    }

    /// <summary>A client of nodes at these heights, which it has looked at already.</summary>
    private async Task<IChainClient> ConnectAsync(params long[] heads)
    {
        foreach (var head in heads)
        {
            var node = await NodeStandIn.StartAsync(Cancellation);
            node.Head = head;
            _nodes.Add(node);
        }

        var options = new RelayerOptions
        {
            Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = TimeSpan.FromSeconds(20), Rpc = [.. _nodes.Select(node => node.Url)] } },
        };
        _clients = new ChainClients(options, _time, new Logger<ChainClients>(_logs));
        var client = _clients.Get(Chain);
        await client.ObserveProvidersAsync(Cancellation);
        return client;
    }
}
