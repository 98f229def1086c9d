using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>The market as nodes tell it, with and without what some chains lack.</summary>
public sealed class FeeMarketTests : TwoNodesTests
{
    [Fact]
    public async Task The_fee_market_is_the_next_base_fee_and_the_middle_tip_of_blocks_that_were_not_empty()
    {
        var client = Connect(First.Url);
        First.Answer = Market(baseFee: "0x64", history: true);
        Assert.Equal(new FeeMarket(new Wei(112), new Wei(3), new Wei(105)), await ReadAsync(client));
    }

    [Fact]
    public async Task A_fee_history_tells_the_tips_of_three_speeds()
    {
        var client = Connect(First.Url);
        var market = Market(baseFee: "0x64", history: true);
        First.Answer = (method, parameters) => method == "eth_feeHistory"
            ? new JsonObject
            {
                ["baseFeePerGas"] = new JsonArray("0x60", "0x61", "0x70"),
                ["gasUsedRatio"] = new JsonArray(0.5, 1),
                ["reward"] = new JsonArray(new JsonArray("0x2", "0x3", "0x9"), new JsonArray("0x1", "0x5", "0x4")),
            }
            : market(method, parameters);

        Assert.Equal(
            new FeeMarket(new Wei(112), new Wei(5), new Wei(105)) { LowPriorityFee = new Wei(2), HighPriorityFee = new Wei(9) },
            await ReadAsync(client));
        Assert.Contains("[25,50,90]", First.Bodies.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fee_history_without_rewards_still_tells_the_base_fee()
    {
        var client = Connect(First.Url);
        var market = Market(baseFee: "0x64", history: true);
        First.Answer = (method, parameters) => method == "eth_feeHistory"
            ? new JsonObject { ["baseFeePerGas"] = new JsonArray("0x60", "0x70"), ["gasUsedRatio"] = new JsonArray(0.5), ["reward"] = null }
            : market(method, parameters);

        Assert.Equal(new FeeMarket(new Wei(112), new Wei(5), new Wei(105)), await ReadAsync(client));
    }

    [Fact]
    public async Task Without_a_fee_history_the_tip_is_what_the_gas_price_has_above_the_base_fee()
    {
        var client = Connect(First.Url);
        First.Answer = Market(baseFee: "0x64", history: false);
        Assert.Equal(new FeeMarket(new Wei(100), new Wei(5), new Wei(105)), await ReadAsync(client));
    }

    [Fact]
    public async Task A_chain_without_base_fee_has_a_gas_price_only()
    {
        var client = Connect(First.Url);
        First.Answer = Market(baseFee: null, history: true);
        Assert.Equal(new FeeMarket(null, Wei.Zero, new Wei(105)), await ReadAsync(client));
    }

    private static async Task<FeeMarket> ReadAsync(IChainClient client)
    {
        var market = await client.ReadFeeMarketAsync(Cancellation);
        Assert.Equal((1L, DateTimeOffset.FromUnixTimeSeconds(0x65)), (market.Head!.Number, market.Head.Timestamp));
        return market with { Head = null };
    }

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
}
