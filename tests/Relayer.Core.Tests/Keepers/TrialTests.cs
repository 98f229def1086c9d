using System.Text.Json.Nodes;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Tests.Keepers;

public sealed class TrialTests
{
    /// <summary>A contract that needs 300,000 gas: with less it says nothing, or says words of its own.</summary>
    [Theory]
    [InlineData(100_000UL, "out of gas with 100000 gas")]
    [InlineData(299_999UL, "out of gas with 299999 gas")]
    [InlineData(70_000UL, null)] // Four times as much is not enough either: nobody knows.
    [InlineData(300_000UL, "")]
    public async Task What_reverts_and_would_pass_with_more_gas_ran_out_of_it(ulong gas, string? said)
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var outcome = await RunAsync(node, gas, allowed => allowed < 300_000 ? NodeStandIn.Error(3, "execution reverted", "0xd6bda275") : "0x01");

        Assert.Equal(said, TextOf(outcome));
    }

    [Fact]
    public async Task A_refusal_stays_one_however_much_gas_there_is()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var outcome = await RunAsync(node, 100_000, _ => NodeStandIn.Error(3, "execution reverted", "0x08c379a0"));

        Assert.Equal("0x08c379a0", Hex.Encode(Assert.IsType<CallOutcome.Reverted>(outcome).Data.Span));
    }

    [Fact]
    public async Task What_the_node_says_ran_out_of_gas_is_told_with_the_gas_it_had()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var outcome = await RunAsync(node, 123_456, _ => NodeStandIn.Error(-32000, "out of gas"));

        Assert.Equal("out of gas with 123456 gas", TextOf(outcome));
    }

    [Fact]
    public async Task No_contract_is_given_more_gas_than_a_check_may_have()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var given = new List<ulong>();
        await RunAsync(node, 9_000_000, gas =>
        {
            given.Add(gas);
            return NodeStandIn.Error(3, "execution reverted");
        });
        Assert.Equal([9_000_000UL, 10_000_000UL], given);
    }

    private static string? TextOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Returned => "",
        CallOutcome.Refused { Error: { Kind: NodeErrorKind.OutOfGas } error } => error.Message,
        _ => null,
    };

    private static async Task<CallOutcome> RunAsync(NodeStandIn node, ulong gas, Func<ulong, JsonNode?> answer)
    {
        node.Answer = (method, parameters) =>
            method == "eth_call" ? answer((ulong)JsonRpc.ToInteger(parameters[0].GetProperty("gas"))) : "0x1";
        var chain = new ChainOptions { ChainId = node.ChainId };
        chain.Rpc.Add(node.Url);
        using var chains = new ChainClientFactory(
            new RelayerOptions { Chains = { ["test"] = chain } }, TimeProvider.System, NullLogger<ChainClientFactory>.Instance);
        var call = new EthCall(default(Address), default, Array.Empty<byte>(), gas);
        return Assert.Single(await Trial.RunAsync(chains.Get(new ChainId(node.ChainId)), [call], TestContext.Current.CancellationToken));
    }
}
