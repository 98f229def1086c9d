using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>What calls of contracts come to.</summary>
public sealed class CallOutcomeTests : TwoNodesTests
{
    [Fact]
    public async Task Calls_end_in_a_value_whatever_the_contract_does()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => parameters[0].GetProperty("data").GetString() switch
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
        using var sent = JsonDocument.Parse(First.Bodies[0]);
        var call = sent.RootElement[1].GetProperty("params")[0];
        Assert.Equal("0x186a0", call.GetProperty("gas").GetString());
        Assert.Equal("0x5", call.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Gas_is_estimated_or_it_is_said_why_not()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => parameters[0].GetProperty("data").GetString() switch
        {
            "0x01" => "0x6acfc0",
            "0x02" => NodeStandIn.Error(3, "execution reverted", "0x08c379a0"),
            "0x03" => NodeStandIn.Error(3, "execution reverted"),
            _ => NodeStandIn.Error(-32000, "gas required exceeds allowance (16777216)"),
        };

        var estimates = await client.EstimateGasAsync(
            [.. new byte[] { 1, 2, 3, 4 }.Select(i => new EthCall(Account, Account, new[] { i }, 16_777_216, new Wei(5)))], Cancellation);

        Assert.Equal(new GasEstimate(7_000_000, null), estimates[0]);
        Assert.Equal("0x08c379a0", Hex.Encode(Assert.IsType<CallOutcome.Reverted>(estimates[1].Failure).Data.Span));
        Assert.True(Assert.IsType<CallOutcome.Reverted>(estimates[2].Failure).Data.IsEmpty);
        Assert.Equal(NodeErrorKind.OutOfGas, Assert.IsType<CallOutcome.Refused>(estimates[3].Failure).Error.Kind);
        Assert.All(estimates.Skip(1), estimate => Assert.Null(estimate.Gas));
        Assert.Empty(await client.EstimateGasAsync([], Cancellation));
        using var sent = JsonDocument.Parse(First.Bodies[0]);
        Assert.Equal(("eth_estimateGas", 1), (sent.RootElement[1].GetProperty("method").GetString(), sent.RootElement[1].GetProperty("params").GetArrayLength()));
        Assert.Equal("0x1000000", sent.RootElement[1].GetProperty("params")[0].GetProperty("gas").GetString());
    }

    [Fact]
    public async Task A_node_that_lacks_the_state_is_passed_over_without_blame()
    {
        var client = Connect(First.Url, Second.Url);
        First.Answer = (method, _) => method == "eth_call" ? NodeStandIn.Error(-32000, "header not found") : "0x1";
        Second.Answer = (_, _) => "0x02";

        var outcome = Assert.Single(await client.CallAsync([new EthCall(null, Account, Array.Empty<byte>())], Cancellation));

        Assert.Equal([2], Assert.IsType<CallOutcome.Returned>(outcome).Data.ToArray());
        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task A_refusal_that_quotes_half_a_character_of_a_contracts_words_is_still_the_chains_answer()
    {
        var client = Connect(First.Url);
        First.Misbehave = NodeStandIn.Text("""[{"jsonrpc":"2.0","id":1,"result":"0x1"},{"jsonrpc":"2.0","id":2,"error":{"code":3,"message":"execution reverted: \ud83d","data":"0x01"}}]""");

        var outcome = Assert.Single(await client.CallAsync([new EthCall(null, Account, Array.Empty<byte>())], Cancellation));

        Assert.StartsWith("execution reverted: ", Assert.IsType<CallOutcome.Reverted>(outcome).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }
}
