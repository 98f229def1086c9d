using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Tests.Providers;

public sealed class ChainClientTests : IAsyncLifetime
{
    private static readonly ChainId Chain = new(31337);
    private static readonly Address Account = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    private readonly CapturedLogs _logs = new();
    private readonly List<ChainClients> _clients = [];
    private NodeStandIn _first = null!;
    private NodeStandIn _second = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _first = await NodeStandIn.StartAsync(Cancellation);
        _second = await NodeStandIn.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(clients => clients.Dispose());
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        Assert.DoesNotContain(NodeStandIn.SecretPath, _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_call_travels_as_one_object_and_a_list_as_one_array()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, parameters) => parameters[0].GetString()!.EndsWith("02", StringComparison.Ordinal) ? "0x02" : "0x01";

        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([AccountOf(1)], Cancellation));
        Assert.Equal(
            [new Wei(1), new Wei(2), new Wei(1)],
            await client.ReadBalancesAsync([AccountOf(1), AccountOf(2), AccountOf(3)], Cancellation));

        Assert.Equal(["{", "["], _first.Bodies.Select(body => body[..1]));
        Assert.Equal(
            """{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x0000000000000000000000000000000000000001","latest"]}""",
            _first.Bodies[0]);
    }

    [Fact]
    public async Task A_long_list_is_cut_into_bodies_of_a_hundred_and_stays_in_order()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, parameters) => "0x" + parameters[0].GetString()![^4..].TrimStart('0');
        Address[] accounts = [.. Enumerable.Range(1, 250).Select(AccountOf)];

        var balances = await client.ReadBalancesAsync(accounts, Cancellation);

        Assert.Equal(Enumerable.Range(1, 250).Select(i => new Wei((ulong)i)), balances);
        Assert.Equal(3, _first.Bodies.Count);
    }

    [Fact]
    public async Task Nothing_asked_sends_nothing()
    {
        var client = Connect(_first.Url);
        Assert.Empty(await client.CallAsync([], Cancellation));
        Assert.Empty(await client.SendRawAsync([], Cancellation));
        Assert.Empty(await client.ReadNoncesAsync([], Cancellation));
        Assert.Empty(await client.ReadBalancesAsync([], Cancellation));
        Assert.Empty(_first.Bodies);
    }

    [Fact]
    public async Task Answers_in_another_order_find_their_calls()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, parameters) => "0x" + parameters[0].GetString()![^1..];
        _first.Misbehave = NodeStandIn.Changed(reply => new JsonArray([.. reply.AsArray().Reverse().Select(answer => answer!.DeepClone())]));

        Assert.Equal(
            [new Wei(1), new Wei(2), new Wei(3)],
            await client.ReadBalancesAsync([AccountOf(1), AccountOf(2), AccountOf(3)], Cancellation));
    }

    public static TheoryData<string> Misbehaviours =>
    [
        "429", "429 in json", "500", "503", "404", "401", "redirect", "garbage", "truncated", "empty", "html", "broken off", "slow", "refused",
        "oversized", "oversized without length", "wrong chain", "missing reply", "surplus reply", "doubled id", "foreign id", "id as text",
        "no version", "result and error", "neither", "error without code", "error as text", "null", "array for one", "wrong type",
        "quantity too long", "fraction", "one error for all",
    ];

    [Theory]
    [MemberData(nameof(Misbehaviours))]
    public async Task A_faulty_provider_is_passed_over_and_left_alone_for_a_while(string fault)
    {
        await MisbehaveAsync(fault);
        var client = Connect(TimeSpan.FromSeconds(1), _first.Url, _second.Url);
        _second.Answer = (_, _) => "0x7";

        Assert.Equal([new Wei(7), new Wei(7)], await client.ReadBalancesAsync([AccountOf(1), AccountOf(2)], Cancellation));
        var askedBefore = _first.Bodies.Count;
        Assert.Equal([new Wei(7)], await client.ReadBalancesAsync([AccountOf(1)], Cancellation));

        Assert.Equal(askedBefore, _first.Bodies.Count);
        Assert.Contains("Warning 2001", _logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Misbehaviours))]
    public async Task With_no_other_provider_the_chain_is_unavailable_and_nothing_secret_is_said(string fault)
    {
        await MisbehaveAsync(fault);
        var client = Connect(TimeSpan.FromSeconds(1), _first.Url);

        var exception = await Assert.ThrowsAsync<ChainUnavailableException>(
            () => client.ReadBalancesAsync([AccountOf(1), AccountOf(2)], Cancellation));

        Assert.Equal(Chain, exception.ChainId);
        Assert.Contains(new Uri(_first.Url).Authority, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(NodeStandIn.SecretPath, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_after_is_honoured_even_when_there_is_nobody_else()
    {
        var time = new MovableTime();
        var client = Connect(TimeSpan.FromSeconds(5), time, _first.Url);
        _first.Misbehave = NodeStandIn.Status(429, "20");
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadHeadAsync(Cancellation));
        _first.Misbehave = null;

        time.Advance(TimeSpan.FromSeconds(19));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        Assert.Single(_first.Bodies);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task Retry_after_may_be_a_date()
    {
        var time = new MovableTime();
        var client = Connect(TimeSpan.FromSeconds(5), time, _first.Url);
        _first.Misbehave = NodeStandIn.Status(503, time.GetUtcNow().AddSeconds(40).ToString("R", CultureInfo.InvariantCulture));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadHeadAsync(Cancellation));
        _first.Misbehave = null;

        time.Advance(TimeSpan.FromSeconds(38));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task The_only_provider_is_asked_again_at_once_when_it_named_no_time()
    {
        var client = Connect(_first.Url);
        _first.Misbehave = NodeStandIn.Status(500);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        _first.Misbehave = null;

        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
        Assert.Contains("Information 2003", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_preferred_provider_is_preferred_again_once_it_has_cooled()
    {
        var time = new MovableTime();
        var client = Connect(TimeSpan.FromSeconds(5), time, _first.Url, _second.Url);
        (_first.Answer, _second.Answer) = ((_, _) => "0x1", (_, _) => "0x2");
        _first.Misbehave = NodeStandIn.Status(500);
        Assert.Equal([new Wei(2)], await client.ReadBalancesAsync([Account], Cancellation));
        _first.Misbehave = null;

        // It is tried beside the traffic; nobody waits for that.
        time.Advance(TimeSpan.FromSeconds(1));
        while ((await client.ReadBalancesAsync([Account], Cancellation))[0] != new Wei(1))
        {
            await Task.Delay(10, Cancellation);
        }
    }

    [Fact]
    public async Task A_provider_of_another_chain_is_never_used_not_even_alone()
    {
        _first.ChainId = 5;
        var client = Connect(_first.Url);

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ChainUnavailableException>(() => client.SendRawAsync([new byte[] { 1 }], Cancellation));
        }

        Assert.Empty(_first.Bodies);
        Assert.Contains("serves chain 5, not 31337", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_too_large_for_a_gateway_is_halved_until_it_fits()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, parameters) => "0x" + parameters[0].GetString()![^2..].TrimStart('0');
        _first.Misbehave = async (context, reply) =>
        {
            var tooMany = reply is JsonArray { Count: > 10 };
            await context.Response.WriteAsync(tooMany
                ? """{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Number of requests exceeds max batch size"}}"""
                : reply.ToJsonString());
        };

        var balances = await client.ReadBalancesAsync([.. Enumerable.Range(1, 40).Select(AccountOf)], Cancellation);

        Assert.Equal(40, balances.Count);
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_with_http_status_400_is_the_chains_answer()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, _) => NodeStandIn.Error(-32000, "nonce too low");
        _first.Misbehave = (context, reply) =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync(reply.ToJsonString());
        };

        var outcome = Assert.Single(await client.SendRawAsync([new byte[] { 1 }], Cancellation));
        Assert.Equal(NodeErrorKind.NonceTooLow, outcome.Error?.Kind);
    }

    [Fact]
    public async Task Application_errors_never_count_against_a_provider()
    {
        var client = Connect(_first.Url, _second.Url);
        _first.Answer = (method, _) => method == "eth_getBalance" ? "0x1" : NodeStandIn.Error(-32603, "nonce too low");
        _second.Answer = (method, _) => method == "eth_getBalance" ? "0x2" : NodeStandIn.Error(-32603, "nonce too low");

        for (var i = 0; i < 20; i++)
        {
            var outcome = Assert.Single(await client.SendRawAsync([new byte[] { 1 }], Cancellation));
            Assert.Equal(new NodeError(NodeErrorKind.NonceTooLow, -32603, "nonce too low"), outcome.Error);
        }

        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([Account], Cancellation));
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broadcast_succeeds_when_any_provider_accepts_or_already_knows()
    {
        var client = Connect(_first.Url, _second.Url);
        var hash = Hex.Encode(new byte[32]);
        _first.Answer = (_, parameters) => parameters[0].GetString() switch
        {
            "0x01" => hash,
            _ => NodeStandIn.Error(-32000, "transaction underpriced"),
        };
        _second.Answer = (_, parameters) => parameters[0].GetString() switch
        {
            "0x02" => hash,
            "0x03" => NodeStandIn.Error(-32000, "already known"),
            _ => NodeStandIn.Error(-32000, "something else"),
        };

        var outcomes = await client.SendRawAsync([.. new byte[] { 1, 2, 3, 4 }.Select(i => (ReadOnlyMemory<byte>)new[] { i })], Cancellation);

        Assert.Equal([true, true, true, false], outcomes.Select(outcome => outcome.IsAccepted));
        Assert.Equal(NodeErrorKind.FeeTooLow, outcomes[3].Error?.Kind);
        Assert.Equal(Assert.Single(_first.Bodies), Assert.Single(_second.Bodies));
    }

    [Fact]
    public async Task A_broadcast_goes_on_with_the_next_provider_when_one_dies()
    {
        var client = Connect(_first.Url, _second.Url);
        _first.Misbehave = NodeStandIn.BreakOffAsync;
        _second.Answer = (_, _) => NodeStandIn.Error(-32000, "already known");

        Assert.True(Assert.Single(await client.SendRawAsync([new byte[] { 1 }], Cancellation)).IsAccepted);
    }

    [Fact]
    public async Task Calls_end_in_a_value_whatever_the_contract_does()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, parameters) => parameters[0].GetProperty("data").GetString() switch
        {
            "0x01" => "0x",
            "0x02" => NodeStandIn.Error(3, "execution reverted: no", "0x08c379a0"),
            "0x03" => NodeStandIn.Error(-32015, "VM execution error.", "Reverted 0x08c379a0"),
            "0x04" => NodeStandIn.Error(-32603, "Error: VM Exception", new JsonObject { ["data"] = "0xdeadbeef" }),
            "0x05" => NodeStandIn.Error(-32000, "execution reverted"),
            "0x06" => NodeStandIn.Error(-32000, "insufficient funds for transfer", new JsonObject { ["trace"] = "0x12" }),
            _ => NodeStandIn.Error(-32000, "out of gas"),
        };

        var outcomes = await client.CallAsync(
            [.. new byte[] { 1, 2, 3, 4, 5, 6, 7 }.Select(i => new EthCall(Account, Account, new[] { i }, 100_000, new Wei(5)))], Cancellation);

        Assert.Equal(0, Assert.IsType<CallOutcome.Returned>(outcomes[0]).Data.Length);
        Assert.Equal("0x08c379a0", Hex.Encode(Assert.IsType<CallOutcome.Reverted>(outcomes[1]).Data.Span));
        Assert.Equal("0x08c379a0", Hex.Encode(Assert.IsType<CallOutcome.Reverted>(outcomes[2]).Data.Span));
        Assert.Equal("0xdeadbeef", Hex.Encode(Assert.IsType<CallOutcome.Reverted>(outcomes[3]).Data.Span));
        Assert.Equal(0, Assert.IsType<CallOutcome.Reverted>(outcomes[4]).Data.Length);
        Assert.Equal(NodeErrorKind.InsufficientFunds, Assert.IsType<CallOutcome.Refused>(outcomes[5]).Error.Kind);
        Assert.Equal(NodeErrorKind.OutOfGas, Assert.IsType<CallOutcome.Refused>(outcomes[6]).Error.Kind);
        using var sent = JsonDocument.Parse(_first.Bodies[0]);
        var call = sent.RootElement[0].GetProperty("params")[0];
        Assert.Equal("0x186a0", call.GetProperty("gas").GetString());
        Assert.Equal("0x5", call.GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_node_that_lacks_the_state_is_passed_over_without_blame()
    {
        var client = Connect(_first.Url, _second.Url);
        _first.Answer = (method, _) => method == "eth_call" ? NodeStandIn.Error(-32000, "header not found") : "0x1";
        _second.Answer = (_, _) => "0x02";

        var outcome = Assert.Single(await client.CallAsync([new EthCall(null, Account, Array.Empty<byte>())], Cancellation));

        Assert.Equal([2], Assert.IsType<CallOutcome.Returned>(outcome).Data.ToArray());
        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_batches_and_each_gets_its_own_answer()
    {
        var client = Connect(_first.Url);
        _first.Answer = (_, parameters) => parameters[0].GetProperty("data").GetString();
        _first.Misbehave = async (context, reply) =>
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

        Assert.InRange(_first.Bodies.Count, 4, 40);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_wait_for_the_node()
    {
        _first.Misbehave = (context, _) => _first.HangAsync(context);
        var client = Connect(TimeSpan.FromSeconds(30), _first.Url);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var start = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ReadHeadAsync(soon.Token));

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 25);
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_first_provider_costs_many_callers_one_wait_not_one_each()
    {
        _first.Misbehave = (context, _) => _first.HangAsync(context);
        var client = Connect(TimeSpan.FromSeconds(1), _first.Url, _second.Url);
        var start = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.ReadBalancesAsync([Account], Cancellation)));
        await client.ReadBalancesAsync([Account], Cancellation);

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 30);
    }

    [Fact]
    public async Task A_user_and_password_in_the_url_become_basic_authentication()
    {
        var client = Connect(_first.Url.Replace("http://", "http://relayer:p%40ss@", StringComparison.Ordinal));
        await client.ReadBalancesAsync([Account], Cancellation);
        Assert.Equal("Basic " + Convert.ToBase64String("relayer:p@ss"u8), _first.Authorizations[0]);
    }

    [Fact]
    public async Task A_receipt_is_read_whole_with_the_l1_fee_and_the_height()
    {
        var (hash, other) = (new Hash32([.. Enumerable.Repeat((byte)7, 32)]), new Hash32([.. Enumerable.Repeat((byte)8, 32)]));
        var client = Connect(_first.Url);
        _first.Answer = (method, parameters) => method switch
        {
            "eth_blockNumber" => "0x10",
            _ when parameters[0].GetString() == hash.ToString() => Receipt(hash),
            _ => null,
        };

        var read = await client.ReadReceiptsAsync([hash, other], Cancellation);

        Assert.Equal(17, read.Head);
        Assert.Null(read.Receipts[1]);
        var receipt = read.Receipts[0]!;
        Assert.True(receipt.Succeeded);
        Assert.Equal(17, receipt.BlockNumber);
        Assert.Equal(new Wei((21_000UL * 2) + 5), receipt.Fee);
        Assert.Equal(Account, Assert.Single(receipt.Logs).Address);
        Assert.Equal(hash, Assert.Single(receipt.Logs[0].Topics));
    }

    [Fact]
    public async Task A_receipt_of_another_transaction_is_a_fault()
    {
        var client = Connect(_first.Url);
        _first.Answer = (method, _) => method == "eth_blockNumber" ? "0x10" : Receipt(new Hash32(new byte[32]));
        await Assert.ThrowsAsync<ChainUnavailableException>(
            () => client.ReadReceiptsAsync([new Hash32([.. Enumerable.Repeat((byte)7, 32)])], Cancellation));
    }

    [Fact]
    public async Task The_fee_market_is_the_next_base_fee_and_the_middle_tip_of_blocks_that_were_not_empty()
    {
        var client = Connect(_first.Url);
        _first.Answer = Market(baseFee: "0x64", history: true);
        Assert.Equal(new FeeMarket(new Wei(112), new Wei(3), new Wei(105)), await client.ReadFeeMarketAsync(Cancellation));
    }

    [Fact]
    public async Task A_fee_history_tells_the_tips_of_three_speeds()
    {
        var client = Connect(_first.Url);
        var market = Market(baseFee: "0x64", history: true);
        _first.Answer = (method, parameters) => method == "eth_feeHistory"
            ? new JsonObject
            {
                ["baseFeePerGas"] = new JsonArray("0x60", "0x61", "0x70"),
                ["gasUsedRatio"] = new JsonArray(0.5, 1),
                ["reward"] = new JsonArray(new JsonArray("0x2", "0x3", "0x9"), new JsonArray("0x1", "0x5", "0x4")),
            }
            : market(method, parameters);

        Assert.Equal(
            new FeeMarket(new Wei(112), new Wei(5), new Wei(105)) { LowPriorityFee = new Wei(2), HighPriorityFee = new Wei(9) },
            await client.ReadFeeMarketAsync(Cancellation));
        Assert.Contains("[25,50,90]", _first.Bodies.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fee_history_without_rewards_still_tells_the_base_fee()
    {
        var client = Connect(_first.Url);
        var market = Market(baseFee: "0x64", history: true);
        _first.Answer = (method, parameters) => method == "eth_feeHistory"
            ? new JsonObject { ["baseFeePerGas"] = new JsonArray("0x60", "0x70"), ["gasUsedRatio"] = new JsonArray(0.5), ["reward"] = null }
            : market(method, parameters);

        Assert.Equal(new FeeMarket(new Wei(112), new Wei(5), new Wei(105)), await client.ReadFeeMarketAsync(Cancellation));
    }

    [Fact]
    public async Task Without_a_fee_history_the_tip_is_what_the_gas_price_has_above_the_base_fee()
    {
        var client = Connect(_first.Url);
        _first.Answer = Market(baseFee: "0x64", history: false);
        Assert.Equal(new FeeMarket(new Wei(100), new Wei(5), new Wei(105)), await client.ReadFeeMarketAsync(Cancellation));
    }

    [Fact]
    public async Task A_chain_without_base_fee_has_a_gas_price_only()
    {
        var client = Connect(_first.Url);
        _first.Answer = Market(baseFee: null, history: true);
        Assert.Equal(new FeeMarket(null, Wei.Zero, new Wei(105)), await client.ReadFeeMarketAsync(Cancellation));
    }

    [Fact]
    public async Task Faults_are_counted_by_chain_provider_and_kind_and_spans_name_the_host_alone()
    {
        var counted = new ConcurrentQueue<Dictionary<string, object?>>();
        using var meters = new MeterListener();
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Enqueue(new(tags.ToArray())));
        meters.EnableMeasurementEvents(RelayerMetrics.ProviderErrors);
        meters.Start();
        var spans = new ConcurrentQueue<string>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RelayerMetrics.Name or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Enqueue(string.Join(' ', span.TagObjects.Append(new("name", span.OperationName)))),
        };
        ActivitySource.AddActivityListener(activities);
        _first.Misbehave = NodeStandIn.Status(429, "10");

        await Assert.ThrowsAsync<ChainUnavailableException>(() => Connect(_first.Url).ReadHeadAsync(Cancellation));

        var tags = Assert.Single(counted, tags => Equals(tags["provider"], new Uri(_first.Url).Authority));
        Assert.Equal((Chain.Value, (object)"RateLimited"), (tags["chain"], tags["kind"]));
        Assert.Contains(spans, span => span.Contains("eth_getBlockByNumber", StringComparison.Ordinal));
        Assert.DoesNotContain(spans, span => span.Contains(NodeStandIn.SecretPath, StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_chain_is_not_found() =>
        Assert.Throws<KeyNotFoundException>(() => Clients(TimeProvider.System, TimeSpan.FromSeconds(1), _first.Url).Get(new(1)));

    private async Task MisbehaveAsync(string fault)
    {
        switch (fault)
        {
            case "refused":
                await _first.DisposeAsync();
                break;
            case "wrong chain":
                _first.ChainId = 1;
                break;
            case "429 in json":
                _first.Answer = (_, _) => NodeStandIn.Error(-32005, "rate limit reached, upgrade your plan");
                break;
            case "wrong type":
                _first.Answer = (_, _) => 5;
                break;
            case "quantity too long":
                _first.Answer = (_, _) => "0x1" + new string('0', 64);
                break;
            case "fraction":
                _first.Answer = (_, _) => "1.5";
                break;
            default:
                _first.Misbehave = Misbehaviour(fault);
                break;
        }
    }

    private Func<HttpContext, JsonNode, Task> Misbehaviour(string fault) => fault switch
    {
        "429" => NodeStandIn.Status(429, "10"),
        "redirect" => (context, _) =>
        {
            context.Response.Redirect(_second.Url);
            return Task.CompletedTask;
        }
        ,
        "garbage" => NodeStandIn.Text("\u0001\u0002 not json"),
        "empty" => NodeStandIn.Text(""),
        "html" => NodeStandIn.Text("<html>Bad gateway</html>"),
        "null" => NodeStandIn.Text("null"),
        "truncated" => (context, reply) => context.Response.WriteAsync(reply.ToJsonString()[..^5]),
        "broken off" => NodeStandIn.BreakOffAsync,
        "slow" => (context, _) => _first.HangAsync(context),
        "oversized" => (context, _) => WriteMuchAsync(context, sayHowMuch: true),
        "oversized without length" => (context, _) => WriteMuchAsync(context, sayHowMuch: false),
        "missing reply" => Edited(answers => answers.RemoveAt(1)),
        "surplus reply" => Edited(answers => answers.Add(answers[0]!.DeepClone())),
        "doubled id" => Edited(answers => answers[1]!["id"] = 1),
        "foreign id" => Edited(answers => answers[1]!["id"] = 99),
        "id as text" => Edited(answers => answers[1]!["id"] = "2"),
        "no version" => Edited(answers => answers[1]!.AsObject().Remove("jsonrpc")),
        "result and error" => Edited(answers => answers[1]!["error"] = new JsonObject { ["code"] = 1, ["message"] = "no" }),
        "neither" => Edited(answers => answers[1]!.AsObject().Remove("result")),
        "error without code" => Edited(answers => answers[1] = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 2,
            ["error"] = new JsonObject { ["message"] = "no" },
        }),
        "error as text" => Edited(answers => answers[1] = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 2, ["error"] = "no" }),
        "array for one" => NodeStandIn.Changed(
            reply => reply is JsonArray ? new JsonObject { ["result"] = reply.DeepClone() } : new JsonArray(reply.DeepClone())),
        "one error for all" => NodeStandIn.Text("""{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"overloaded"}}"""),
        _ => NodeStandIn.Status(int.Parse(fault, CultureInfo.InvariantCulture)),
    };

    private static Func<HttpContext, JsonNode, Task> Edited(Action<JsonArray> edit) => NodeStandIn.Changed(reply =>
    {
        if (reply is JsonArray answers)
        {
            edit(answers);
        }

        return reply;
    });

    private static async Task WriteMuchAsync(HttpContext context, bool sayHowMuch)
    {
        const int Length = 17 * 1024 * 1024;
        context.Response.ContentLength = sayHowMuch ? Length : null;
        var chunk = new byte[1024 * 1024];
        Array.Fill(chunk, (byte)' ');
        try
        {
            for (var i = 0; i < 17; i++)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has heard enough, as it should.
        }
    }

    private static JsonObject Receipt(Hash32 hash) => new()
    {
        ["transactionHash"] = hash.ToString(),
        ["blockNumber"] = "0x11",
        ["blockHash"] = hash.ToString(),
        ["status"] = "0x1",
        ["gasUsed"] = "0x5208",
        ["effectiveGasPrice"] = "0x2",
        ["l1Fee"] = "0x5",
        ["contractAddress"] = null,
        ["logs"] = new JsonArray(new JsonObject
        {
            ["address"] = Account.ToString(),
            ["topics"] = new JsonArray(hash.ToString()),
            ["data"] = "0x",
        }),
    };

    private static Func<string, JsonElement, JsonNode?> Market(string? baseFee, bool history) => (method, _) => method switch
    {
        "eth_gasPrice" => "0x69",
        "eth_getBlockByNumber" => new JsonObject
        {
            ["number"] = "0x1",
            ["hash"] = Hex.Encode(new byte[32]),
            ["timestamp"] = "0x65",
            ["baseFeePerGas"] = baseFee,
        },
        _ when history => new JsonObject
        {
            ["oldestBlock"] = "0x1",
            ["baseFeePerGas"] = new JsonArray("0x60", "0x61", "0x62", "0x64", "0x70"),
            ["gasUsedRatio"] = new JsonArray(0.5, 0, 0.1, 1),
            ["reward"] = new JsonArray(new JsonArray("0x2"), new JsonArray("0x0"), new JsonArray("0x9"), new JsonArray("0x3")),
        },
        _ => NodeStandIn.Error(-32601, "the method eth_feeHistory does not exist/is not available"),
    };

    private static Address AccountOf(int number)
    {
        var bytes = new byte[Address.Size];
        (bytes[18], bytes[19]) = ((byte)(number >> 8), (byte)number);
        return new Address(bytes);
    }

    private IChainClient Connect(params string[] urls) => Connect(TimeSpan.FromSeconds(5), urls);

    private IChainClient Connect(TimeSpan timeout, params string[] urls) => Connect(timeout, TimeProvider.System, urls);

    private IChainClient Connect(TimeSpan timeout, TimeProvider time, params string[] urls) => Clients(time, timeout, urls).Get(Chain);

    private ChainClients Clients(TimeProvider time, TimeSpan timeout, params string[] urls)
    {
        var options = new RelayerOptions { Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = timeout, Rpc = [.. urls] } } };
        var clients = new ChainClients(options, time, new Logger<ChainClients>(_logs));
        _clients.Add(clients);
        return clients;
    }
}
