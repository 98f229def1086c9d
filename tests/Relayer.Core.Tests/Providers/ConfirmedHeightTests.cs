using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

/// <summary>What is known to be confirmed: nothing is believed from before it, whichever node behind whichever URL answers.</summary>
public sealed class ConfirmedHeightTests : ManyNodesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly Hash32 Block = Keccak256.Hash("a block"u8);

    // One more or less than what providers may be apart: the pool alone would believe both.
    private const long Confirmed = 100;

    /// <summary>Every kind of read of the newest state.</summary>
    public static TheoryData<string> Reads =>
        ["call", "call at a height", "balance", "code", "nonce", "receipt", "logs", "head", "block", "fees", "raw", "canonical"];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Of_two_backends_of_one_url_the_one_that_has_not_seen_what_is_confirmed_is_not_believed(string read)
    {
        var client = await ConnectAsync(Confirmed);
        client.NoteConfirmed(Confirmed);
        Nodes[0].Answer = Alternating(Confirmed - 1, Confirmed);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(Confirmed, await ReadAsync(client, read));
        }
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Where_no_node_has_seen_it_there_is_no_answer(string read)
    {
        var client = await ConnectAsync(Confirmed, Confirmed);
        Nodes.ForEach(node => node.Answer = Alternating(Confirmed - 1, Confirmed - 1));
        Assert.Equal(Confirmed - 1, await ReadAsync(client, read));

        client.NoteConfirmed(Confirmed);

        var refused = await Assert.ThrowsAsync<ChainUnavailableException>(() => ReadAsync(client, read));
        Assert.Contains($"before {Confirmed}, in which something is confirmed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_is_told_from_which_height_in_each_of_its_bodies()
    {
        var client = await ConnectAsync(Confirmed);
        client.NoteConfirmed(Confirmed);
        var bodies = 0;
        Nodes[0].Answer = (method, _) =>
        {
            // The second body meets another backend.
            bodies += method == "eth_blockNumber" ? 1 : 0;
            return NodeStandIn.Quantity(bodies == 2 ? Confirmed - 1 : Confirmed);
        };

        var balances = await client.ReadBalancesAsync([.. Enumerable.Repeat(Account, 150)], Cancellation);

        Assert.All(balances, balance => Assert.Equal(new Wei((ulong)Confirmed), balance));
        Assert.Equal(4, bodies);
    }

    [Fact]
    public async Task A_chain_that_nobody_finds_so_long_again_is_believed_after_five_minutes_and_that_is_said()
    {
        var client = await ConnectAsync(Confirmed);
        client.NoteConfirmed(Confirmed);
        Nodes[0].Answer = Alternating(Confirmed - 1, Confirmed - 1);
        Time.Advance(ConfirmedHeight.Memory - TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => ReadAsync(client, "call"));

        Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(Confirmed - 1, await ReadAsync(client, "call"));
        Assert.Contains("2006", Logs.Text, StringComparison.Ordinal);

        // Whoever repeats it from the records is not believed either, until a node is there.
        client.NoteConfirmed(Confirmed);
        Assert.Equal(Confirmed - 1, await ReadAsync(client, "call"));
        Nodes[0].Answer = Alternating(Confirmed, Confirmed);
        Assert.Equal(Confirmed, await ReadAsync(client, "call"));
        client.NoteConfirmed(Confirmed);
        Nodes[0].Answer = Alternating(Confirmed - 1, Confirmed - 1);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => ReadAsync(client, "call"));
    }

    [Fact]
    public void It_rises_with_what_is_confirmed_and_is_kept_while_nodes_are_there()
    {
        var height = default(ConfirmedHeight).After(10, Now).After(8, Now.AddMinutes(1));
        Assert.Equal((10, true, false), (height.Height, height.IsBefore(9), height.IsBefore(10)));

        var later = height.AfterHead(10, Now.AddMinutes(20));
        Assert.Equal(10, later.AfterHead(9, Now.AddMinutes(24)).Height);
        Assert.Equal(0, later.AfterHead(9, Now.AddMinutes(26)).Height);
        Assert.Equal(0, height.AfterHead(9, Now.AddMinutes(6)).Height);
        Assert.False(default(ConfirmedHeight).AfterHead(1, Now.AddYears(1)).IsBefore(0));
    }

    /// <summary>Two backends in turn, by bodies; everything that they say is their height.</summary>
    private static Func<string, System.Text.Json.JsonElement, JsonNode?> Alternating(long first, long second)
    {
        var bodies = 0;
        var head = first;
        return (method, parameters) =>
        {
            if (method is "eth_blockNumber" || (method is "eth_getBlockByNumber" && parameters[0].GetString() == "latest"))
            {
                head = bodies++ % 2 == 0 ? first : second;
            }

            return method switch
            {
                "eth_call" or "eth_getCode" => $"0x{head:x4}",
                "eth_getBlockByNumber" => Header(parameters[0].GetString() == "latest" ? head : Confirmed - 1),
                "eth_getTransactionReceipt" => null,
                "eth_getLogs" => new JsonArray(),
                "eth_feeHistory" => NodeStandIn.Error(-32601, "the method does not exist"),
                _ => NodeStandIn.Quantity(head),
            };
        };
    }

    private static JsonObject Header(long number) => new()
    {
        ["number"] = NodeStandIn.Quantity(number),
        ["hash"] = $"{Block}",
        ["timestamp"] = "0x1",
    };

    private static async Task<long> ReadAsync(IChainClient client, string read)
    {
        var call = new EthCall(null, Account, Array.Empty<byte>());
        return read switch
        {
            "call" => HeightOf(((CallOutcome.Returned)(await client.CallAsync([call], Cancellation))[0]).Data),
            "call at a height" => HeightOf(((CallOutcome.Returned)(await client.CallAsync([call], BlockRef.At(5), Cancellation))[0]).Data),
            "code" => HeightOf((await client.ReadCodeAsync([Account], BlockRef.Latest, Cancellation))[0]),
            "balance" => (long)(await client.ReadBalancesAsync([Account], Cancellation))[0].ToBigInteger(),
            "nonce" => (long)(await client.ReadNoncesAsync([Account], Cancellation))[0],
            "receipt" => (await client.ReadReceiptsAsync([Hash], Cancellation)).Head,
            "logs" => ((LogsOutcome.Found)await client.ReadLogsAsync(new LogFilter(1, 5, [], []), Cancellation)).Head,
            "head" => (await client.ReadHeadAsync(Cancellation)).Number,
            "block" => (await client.ReadBlocksAsync([BlockRef.Latest], Cancellation)).Head,
            "fees" => (long)(await client.ReadFeeMarketAsync(Cancellation)).GasPrice.ToBigInteger(),
            "raw" => Convert.ToInt64((await ((IRawReadings)client).ReadRawAsync(
                [new RawRead("eth_getBalance", System.Text.Json.JsonElement.Parse("[]"))], Cancellation))[0].Result.GetString(), 16),
            _ => (await client.ReadCanonicalAsync([Confirmed - 1], Cancellation))[0]!.Head,
        };
    }

    private static long HeightOf(ReadOnlyMemory<byte> word) => (word.Span[0] << 8) | word.Span[1];
}
