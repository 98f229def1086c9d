using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What data costs is read from the chain: contracts in the place of the OP stack's and Arbitrum's, on a real chain and database.</summary>
[Trait("needs", "services")]
public sealed class RollupDataFeeTests(PostgresFixture postgres)
{
    private const string GasPriceOracle = "0x420000000000000000000000000000000000000F";
    private const string NodeInterface = "0x00000000000000000000000000000000000000C8";
    private const string SetOp = "set(uint256,uint256,uint256,uint256,bool)";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_the_OP_stack_each_size_has_the_fee_that_the_oracle_tells_and_a_margin()
    {
        await using var world = await StartAsync("op");
        var oracle = await PlaceAsync(world, "GasPriceOracleStandIn", GasPriceOracle);
        await oracle.SendAsync(SetOp, 20_000_000_000UL, 1_000_000_000UL, 2_269UL, 1_055_762UL, true);

        var quote = await world.Engine.QuoteAsync(100_000, Cancellation);

        foreach (var bytes in new[] { 0, 256, 700, 4_096, 30_000, 120_000 })
        {
            var told = (BigInteger)await oracle.NumberAsync("getL1FeeUpperBound(uint256)", (ulong)Math.Max(256, bytes) + 150UL);
            var reserved = quote.Data.Of(bytes).Fee.ToBigInteger();
            Assert.InRange(reserved, told * 150 / 100 * 995 / 1000, told * 150 / 100 * 1005 / 1000);
        }

        Assert.Equal(1_000UL, quote.Data.Of(4_096).Gas);
        Assert.True(quote.Data.PaidGas(4_096) > quote.Data.PaidGas(700) && quote.Data.PaidGas(700) > 0);
    }

    [Fact]
    public async Task A_signer_that_cannot_pay_for_the_data_takes_nothing()
    {
        await using var world = await StartAsync("op");
        var oracle = await PlaceAsync(world, "GasPriceOracleStandIn", GasPriceOracle);
        await oracle.SendAsync(SetOp, 20_000_000_000UL, 1_000_000_000UL, 2_269UL, 1_055_762UL, true);
        var data = (await world.Engine.QuoteAsync(21_000, Cancellation)).Data;
        var quote = await world.Engine.QuoteAsync(21_000, Cancellation);
        var enough = (quote.Fees!.MaxPrice * 50_000) + data.Of(3).Fee;
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", (enough - new Wei(1)).ToBigInteger(), Cancellation);

        Assert.Empty((await world.Engine.QuoteAsync(50_000, 3, SignerUse.Both, Cancellation)).Signers);
        Assert.Single((await world.Engine.QuoteAsync(20_000, 3, SignerUse.Both, Cancellation)).Signers);
    }

    [Fact]
    public async Task Each_transaction_in_flight_counts_with_the_fee_for_its_own_data()
    {
        await using var world = await StartAsync("op");
        var oracle = await PlaceAsync(world, "GasPriceOracleStandIn", GasPriceOracle);
        await oracle.SendAsync(SetOp, 20_000_000_000UL, 1_000_000_000UL, 2_269UL, 1_055_762UL, true);
        var (large, small) = (Plans.Create() with { Data = new byte[50_000] }, Plans.Create());
        var data = (await world.Engine.QuoteAsync(1, Cancellation)).Data.Reserve;
        var both = large.MaxCost + small.MaxCost + data.Of(50_000) + data.Of(3) + (Plans.Create().Fees.MaxPrice * 2_000); // DataGas

        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", (both - new Wei(1)).ToBigInteger(), Cancellation);
        Assert.Single(await world.ReserveAsync(large));
        Assert.Empty(await world.ReserveAsync(small));
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", both.ToBigInteger(), Cancellation);
        Assert.Single(await world.ReserveAsync(small));
    }

    [Fact]
    public async Task On_Arbitrum_the_gas_for_the_data_is_on_top_of_each_limit_by_its_size()
    {
        await using var world = await StartAsync("arbitrum");
        var node = await PlaceAsync(world, "NodeInterfaceStandIn", NodeInterface);
        await node.SendAsync("set(uint256,uint256)", 1_000_000_000UL, 100_000_000UL);
        var small = Plans.Create();
        var large = Plans.Create() with { Data = new byte[8_000] };

        var reserved = await world.ReserveAsync(small, large);

        var (few, many) = (Estimate(256), Estimate(8_000));
        Assert.InRange(reserved[0].Plan.GasLimit, small.GasLimit + few - 2, small.GasLimit + few + 2);
        Assert.InRange(reserved[1].Plan.GasLimit, large.GasLimit + many - 10, large.GasLimit + many + 10);
        Assert.Equal(world.Engine.Data.Of(8_000).Gas, world.Engine.Data.PaidGas(8_000));

        static ulong Estimate(int bytes) => (ulong)(16L * (bytes + 140) * 11) * 150 / 100;
    }

    [Fact]
    public async Task A_plan_that_reckoned_with_its_data_keeps_that_whatever_the_chain_says_meanwhile()
    {
        await using var world = await StartAsync("arbitrum");
        var node = await PlaceAsync(world, "NodeInterfaceStandIn", NodeInterface);
        await node.SendAsync("set(uint256,uint256)", 1_000_000_000UL, 100_000_000UL);
        var plan = Plans.Create();
        var reckoned = (await world.Engine.QuoteAsync(1, Cancellation)).Data.Of(3);
        await node.SendAsync("set(uint256,uint256)", 3_000_000_000UL, 100_000_000UL);

        var reserved = await world.ReserveAsync(plan with { DataCost = reckoned }, plan with { Id = Guid.CreateVersion7() });

        Assert.Equal(plan.GasLimit + reckoned.Gas, reserved[0].Plan.GasLimit);
        Assert.InRange(reserved[1].Plan.GasLimit, plan.GasLimit + (29 * reckoned.Gas / 10), plan.GasLimit + (31 * reckoned.Gas / 10));
    }

    [Theory]
    [InlineData("op")]
    [InlineData("arbitrum")]
    public async Task Where_the_chain_does_not_answer_what_is_configured_holds_and_that_is_said_once(string kind)
    {
        await using var world = await StartAsync(kind);

        for (var i = 0; i < 3; i++)
        {
            var quote = await world.Engine.QuoteAsync(21_000, Cancellation);
            Assert.Equal((1_000UL, new Wei(9)), (quote.Data.Of(5_000).Gas, quote.Data.Of(5_000).Fee));
            Assert.NotEmpty(quote.Signers);
        }

        Assert.Single(world.Logs.Text.Split('\n'), line => line.Contains("does not say what data costs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_chain_said_last_counts_while_it_is_silent()
    {
        await using var world = await StartAsync("op");
        var oracle = await PlaceAsync(world, "GasPriceOracleStandIn", GasPriceOracle);
        await oracle.SendAsync(SetOp, 20_000_000_000UL, 1_000_000_000UL, 2_269UL, 1_055_762UL, true);
        var before = (await world.Engine.QuoteAsync(21_000, Cancellation)).Data.Of(500);

        await oracle.SendAsync(SetOp, 20_000_000_000UL, 1_000_000_000UL, 2_269UL, 1_055_762UL, false);

        Assert.Equal(before, (await world.Engine.QuoteAsync(21_000, Cancellation)).Data.Of(500));
    }

    /// <summary>Every quote reads anew.</summary>
    private async Task<EngineWorld> StartAsync(string kind) => await EngineWorld.StartAsync(postgres, chain: new ChainOptions
    {
        Fees = { DataFees = kind, DataFeePercent = 150, DataGas = 1_000, DataFeeWei = new(9), MaxAge = TimeSpan.Zero },
    });

    /// <summary>Code of a deployed contract at the rollup's own address; its storage is filled by calls there.</summary>
    private static async Task<DevContract> PlaceAsync(EngineWorld world, string name, string address)
    {
        var deployed = await DevContract.DeployAsync(world.Node, name);
        var code = (await world.Node.Rpc.SendAsync("eth_getCode", [$"{deployed.Address}", "latest"], Cancellation)).GetString()!;
        await world.Node.SetCodeAsync(address, code, Cancellation);
        return new DevContract(world.Node, Address.Parse(address));
    }
}
