using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions;

/// <summary>A node that refuses a transaction for the base fee says what it is, and that is used.</summary>
[Trait("needs", "services")]
public sealed class BaseFeeRefusalTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => EngineWorld.Cancellation;

    [Theory]
    [InlineData(50, true)]
    [InlineData(0, false)]
    public async Task Prices_are_read_anew_where_the_base_fee_is_above_what_was_read(int gwei, bool isReadAnew)
    {
        NodeProxy node = null!;
        await using var world = await EngineWorld.StartAsync(
            postgres, new AnvilOptions { MineOnDemand = true }, new ChainOptions { Confirmations = 0, Fees = { MaxAge = TimeSpan.FromMinutes(10) } },
            providers: async url => [(node = await NodeProxy.StartAsync(url, Cancellation)).Url]);
        await using var proxy = node;
        var before = await PriceAsync(world);
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(50).ToBigInteger(), Cancellation);
        await world.Node.MineAsync(1, Cancellation);
        node.Alter((method, _, reply) => method == "eth_sendRawTransaction"
            ? new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = reply["id"]!.DeepClone(),
                ["error"] = new JsonObject
                {
                    ["code"] = -32000,
                    ["message"] = $"max fee per gas less than block base fee: address 0x01, maxFeePerGas: 1, baseFee: {Wei.FromGwei((ulong)gwei)}",
                },
            }
            : reply);

        await world.SendAsync(Plans.Create());

        var after = await PriceAsync(world);
        Assert.Equal(isReadAnew, after > before);
        Assert.True(!isReadAnew || after >= Wei.FromGwei(50), $"{after}");
    }

    private static async Task<Wei> PriceAsync(EngineWorld world) =>
        Assert.IsType<TransactionFees.Dynamic>((await world.Engine.QuoteAsync(1, Cancellation)).Fees).MaxFee;
}
