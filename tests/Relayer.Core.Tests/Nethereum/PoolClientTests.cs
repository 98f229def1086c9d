using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using Nethereum.Contracts;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Web3;
using Relayer.Core.Nethereum;
using Relayer.Core.Providers;
using Relayer.Core.Tests.Providers;
using SampleKeepers;
using EthCall = Nethereum.RPC.Eth.Transactions.EthCall;
using RpcClient = Relayer.Core.Providers.JsonRpc.RpcClient;

namespace Relayer.Core.Tests.Nethereum;

/// <summary>Nethereum's reads by way of the pool, with nodes that answer as they are told.</summary>
public sealed class PoolClientTests : TwoNodesTests
{
    private const string Book = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    [Fact]
    public async Task What_a_node_answers_is_read_with_the_height_before_it_in_one_batch()
    {
        First.Answer = (method, _) => method == "eth_getBalance" ? "0xde0b6b3a7640000" : "0x7";
        var web3 = new Web3(Client(First.Url));
        Assert.Equal(BigInteger.Pow(10, 18), (await web3.Eth.GetBalance.SendRequestAsync(Book, new BlockParameter(5))).Value);

        var batch = JsonNode.Parse(First.Bodies[^1])!.AsArray();
        Assert.Equal(["eth_blockNumber", "eth_getBalance"], batch.Select(call => (string?)call!["method"]));
        Assert.Equal([Book.ToLowerInvariant(), "0x5"], batch[1]!["params"]!.AsArray().Select(one => ((string?)one)!.ToLowerInvariant()));
        Assert.Equal(7, (await web3.Eth.Blocks.GetBlockNumber.SendRequestAsync()).Value);
    }

    [Fact]
    public async Task Who_fails_is_passed_over_and_nobody_at_all_is_a_clear_exception()
    {
        First.Misbehave = NodeStandIn.Status(503);
        Second.Answer = (method, _) => method == "eth_getBalance" ? "0x2a" : "0x1";
        var web3 = new Web3(Client(First.Url, Second.Url));
        Assert.Equal(42, (await web3.Eth.GetBalance.SendRequestAsync(Book)).Value);

        Second.Misbehave = NodeStandIn.Status(503);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => web3.Eth.GetBalance.SendRequestAsync(Book));
    }

    [Fact]
    public async Task A_node_behind_the_end_of_the_range_is_not_believed_about_its_events()
    {
        (First.Head, Second.Head) = (9, 10);
        First.Answer = (method, _) => method == "eth_getLogs" ? new JsonArray() : "0x9";
        Second.Answer = (method, _) => method == "eth_getLogs" ? new JsonArray(Log()) : "0xa";
        var web3 = new Web3(Client(First.Url, Second.Url));
        var range = new NewFilterInput { FromBlock = new BlockParameter(1), ToBlock = new BlockParameter(10), Address = [Book] };
        Assert.Equal(10, Assert.Single(await web3.Eth.Filters.GetLogs.SendRequestAsync(range)).BlockNumber.Value);
    }

    [Fact]
    public async Task A_refusal_has_the_nodes_code_words_and_revert_data()
    {
        First.Answer = (method, _) => method == "eth_call"
            ? NodeStandIn.Error(3, "execution reverted", "0x08c379a0" + Words(32, 4) + "66756c6c" + new string('0', 56))
            : method == "eth_getBalance" ? NodeStandIn.Error(-32602, "no such account today") : "0x1";
        var web3 = new Web3(Client(First.Url));
        var reverted = await Assert.ThrowsAsync<RpcResponseException>(() => web3.Eth.Transactions.Call.SendRequestAsync(new CallInput("0x12345678", Book)));
        Assert.Equal(3, reverted.RpcError.Code);
        var named = Assert.ThrowsAny<Exception>(() => ContractRevertExceptionHandler.HandleContractRevertException(reverted));
        Assert.Contains("full", named.Message, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<RpcResponseException>(() => web3.Eth.GetBalance.SendRequestAsync(Book));
        Assert.Equal(-32602, refused.RpcError.Code);
        Assert.Contains("no such account today", refused.Message, StringComparison.Ordinal);
        Assert.Null(refused.RpcError.Data);
    }

    [Fact]
    public async Task A_method_that_one_node_lacks_is_asked_of_the_next()
    {
        First.Answer = (method, _) => method == "eth_blockNumber" ? "0x1" : NodeStandIn.Error(-32601, "the method does not exist");
        Second.Answer = (method, _) => method == "eth_maxPriorityFeePerGas" ? "0x3" : "0x1";
        Assert.Equal(3, await Client(First.Url, Second.Url).SendRequestAsync<HexBigInteger>("eth_maxPriorityFeePerGas") is { } fee ? fee.Value : 0);
    }

    [Theory]
    [InlineData("eth_sendTransaction")]
    [InlineData("eth_sendRawTransaction")]
    [InlineData("eth_sign")]
    [InlineData("eth_signTransaction")]
    [InlineData("eth_signTypedData_v4")]
    [InlineData("eth_accounts")]
    [InlineData("eth_newFilter")]
    [InlineData("eth_subscribe")]
    [InlineData("personal_unlockAccount")]
    [InlineData("debug_traceTransaction")]
    [InlineData("anvil_setBalance")]
    [InlineData("admin_addPeer")]
    [InlineData("ETH_CALL")]
    public async Task What_does_not_only_read_never_reaches_a_node(string method)
    {
        var client = Client(First.Url);
        var refused = await Assert.ThrowsAsync<NotSupportedException>(() => client.SendRequestAsync<string>(method, null, "0x1"));
        Assert.StartsWith(method, refused.Message, StringComparison.Ordinal);
        var batch = new RpcRequestResponseBatch();
        var (good, bad) = (new EthCall(client).CreateBatchItem(new CallInput("0x", Book), 1), new EthCall(client).CreateBatchItem(new CallInput("0x", Book), 2));
        bad.RpcRequestMessage.Method = method;
        batch.BatchItems.AddRange([good, bad]);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.SendBatchRequestAsync(batch));
        Assert.Empty(First.Bodies);
    }

    [Fact]
    public async Task A_batch_is_one_round_trip_and_each_item_has_its_own_answer()
    {
        First.Answer = (method, parameters) => method != "eth_call" ? "0x1"
            : parameters[0].GetProperty("to").GetString()!.Equals(Book, StringComparison.OrdinalIgnoreCase) ? "0x05" : NodeStandIn.Error(-32602, "nobody");
        var client = Client(First.Url);
        var call = new EthCall(client);
        var batch = new RpcRequestResponseBatch { AcceptPartiallySuccessful = true };
        var good = call.CreateBatchItem(new CallInput("0x", Book), 1);
        var bad = call.CreateBatchItem(new CallInput("0x", $"{AccountOf(1)}"), 2);
        batch.BatchItems.AddRange([good, bad]);
        await client.SendBatchRequestAsync(batch);

        Assert.Equal("0x05", good.Response);
        Assert.True(bad.HasError);
        Assert.Equal(3, JsonNode.Parse(Assert.Single(First.Bodies))!.AsArray().Count);
    }

    [Fact]
    public async Task An_answer_beyond_all_bounds_is_refused_and_says_so()
    {
        First.Answer = (method, _) => method == "eth_getLogs" ? new string('a', RpcClient.MaxResponseBytes + 1) : "0x1";
        var web3 = new Web3(Client(First.Url));
        var refused = await Assert.ThrowsAsync<RpcResponseException>(() => web3.Eth.Filters.GetLogs.SendRequestAsync(new NewFilterInput()));
        Assert.Contains("ask for less", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scope_that_is_cancelled_stops_its_reads()
    {
        First.Misbehave = (context, _) => First.HangAsync(context);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = new SendScope(cancelled.Token).RunAsync(() => new Web3(Client(First.Url)).Eth.GetBalance.SendRequestAsync(Book));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Null(SendScope.Current);
    }

    [Fact]
    public async Task A_contract_is_asked_with_the_libraries_own_classes()
    {
        First.Answer = (method, _) => method == "eth_call" ? "0x" + Words(32, 2, 7, 9) : "0x1";
        var due = await new Web3(Client(First.Url)).Eth.GetContractQueryHandler<DueFunction>().QueryAsync<List<BigInteger>>(Book, new DueFunction());
        Assert.Equal([7, 9], due);
    }

    private PoolClient Client(params string[] urls) => new((IRawReadings)Connect(urls));

    private static string Words(params int[] words) => string.Concat(words.Select(word => $"{word:x64}"));

    private static JsonObject Log() => new()
    {
        ["address"] = Book,
        ["topics"] = new JsonArray(),
        ["data"] = "0x",
        ["blockNumber"] = "0xa",
        ["blockHash"] = "0x" + new string('1', 64),
        ["transactionHash"] = "0x" + new string('2', 64),
        ["transactionIndex"] = "0x0",
        ["logIndex"] = "0x0",
        ["removed"] = false,
    };
}
