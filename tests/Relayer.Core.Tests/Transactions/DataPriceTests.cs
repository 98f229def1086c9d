using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What data costs by its size.</summary>
public sealed class DataPriceTests
{
    private static readonly DataPrice Apart = new(0, new Wei(1_000))
    {
        Rate = new DataRate(IsGas: false, 3_000, 30_000),
        Percent = 150,
        GasPrice = new Wei(10),
    };

    private static readonly DataPrice InGas = new(5_000, Wei.Zero)
    {
        Rate = new DataRate(IsGas: true, 4_000, 40_000),
        Percent = 150,
        GasPrice = new Wei(10),
    };

    [Theory]
    [InlineData(0, 4_500)]
    [InlineData(256, 4_500)]
    [InlineData(4_096, 45_000)]
    [InlineData(7_936, 85_500)]
    public void A_fee_apart_follows_the_size_in_a_straight_line_and_has_its_margin(int bytes, ulong wei) =>
        Assert.Equal(new DataCost(0, new Wei(wei)), Apart.Of(bytes));

    [Theory]
    [InlineData(0, 6_000)]
    [InlineData(4_096, 60_000)]
    public void Gas_follows_the_size_in_the_same_way(int bytes, ulong gas) => Assert.Equal(new DataCost(gas, Wei.Zero), InGas.Of(bytes));

    [Fact]
    public void What_is_configured_is_the_least_and_all_where_the_chain_did_not_answer()
    {
        var wide = Apart with { LeastFee = new Wei(1_000_000), LeastGas = 7 };

        Assert.Equal(new DataCost(7, new Wei(1_000_000)), wide.Of(300));
        Assert.Equal(new DataCost(7, new Wei(1_000_000)), (wide with { Rate = null }).Of(100_000));
        Assert.Equal(new DataCost(50_000, Wei.Zero), (InGas with { LeastGas = 50_000 }).Of(0));
        Assert.Equal(default, DataPrice.Free.Of(100_000));
    }

    [Fact]
    public void What_is_set_aside_is_never_less_than_the_fee_and_hardly_more()
    {
        var odd = Apart with { Rate = new DataRate(false, 12_345_678, 987_654_321) };
        for (var bytes = 0; bytes < 130_000; bytes += 61)
        {
            var (fee, reserved) = (odd.Of(bytes).Fee, odd.Reserve.Of(bytes));
            Assert.True(reserved >= fee && reserved <= fee + new Wei((ulong)(3 * bytes) + 1), $"{bytes} bytes: {reserved} for {fee}");
        }
    }

    [Fact]
    public void Quotas_are_charged_a_fee_apart_in_gas_without_the_margin_and_gas_as_it_is_put_on_top()
    {
        Assert.Equal(300UL, Apart.PaidGas(10));
        Assert.Equal(3_000UL, Apart.PaidGas(4_096));
        Assert.Equal(60_000UL, InGas.PaidGas(4_096));
        Assert.Equal(0UL, (Apart with { Rate = null }).PaidGas(4_096)); // a reserve, and no price
        Assert.Equal(0UL, (Apart with { GasPrice = Wei.Zero }).PaidGas(4_096));
    }

    [Fact]
    public void Nothing_that_a_node_may_say_overflows()
    {
        var most = (UInt128.One << 96) - 1;
        var absurd = new DataRate(false, 0, most);

        Assert.Equal(100_000_000UL, (Apart with { Rate = absurd, GasPrice = new Wei(1) }).PaidGas(130_000));
        Assert.True((Apart with { Rate = absurd, Percent = 1_000 }).Of(130_000).Fee > new Wei(most));
        Assert.Equal(100_000_000UL, (InGas with { Rate = absurd with { IsGas = true } }).Of(130_000).Gas);
    }

    [Fact]
    public void What_shares_a_transaction_costs_no_more_data_than_alone()
    {
        foreach (var price in new[] { Apart, InGas })
        {
            for (var bytes = 0; bytes < 20_000; bytes += 97)
            {
                Assert.True(price.PaidGas(2 * bytes) <= 2 * price.PaidGas(bytes));
            }
        }
    }
}
