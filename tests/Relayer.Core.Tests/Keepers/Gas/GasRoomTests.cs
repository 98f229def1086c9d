using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps.Gas;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Keepers.Gas;

public sealed class GasRoomTests
{
    private static readonly KeeperLimits Defaults = KeeperLimits.From("settlement", new SettlementOptions());

    [Theory]
    [InlineData(16_777_216, 150_000_000UL, 0UL, 16_777_216)]
    [InlineData(16_777_216, 12_000_000UL, 0UL, 12_000_000)] // No block has more.
    [InlineData(16_777_216, null, 0UL, 16_777_216)]
    [InlineData(5_000_000, 150_000_000UL, 0UL, 5_000_000)]
    [InlineData(16_777_216, 150_000_000UL, 400_000UL, 16_377_216)] // The signed limit has the gas for data on top.
    [InlineData(100_000, 150_000_000UL, 400_000UL, 0)]
    public void No_transaction_asks_for_more_than_settings_block_and_EIP_7825_allow(ulong most, ulong? block, ulong data, ulong ceiling) =>
        Assert.Equal(ceiling, GasRoom.Of(most, Head(block), new Payer(default, new Wei(1), data, Wei.Zero), Defaults).Ceiling);

    [Theory]
    [InlineData(7_000_000, 1, true)]
    [InlineData(16_777_216, 1, true)] // One alone goes with whatever is left as a margin.
    [InlineData(16_777_217, 1, false)]
    [InlineData(13_421_772, 2, true)]
    [InlineData(13_421_774, 2, false)] // Several keep a margin of a quarter.
    public void What_was_measured_fits_with_its_margin(ulong expected, int tasks, bool fits) =>
        Assert.Equal(fits, new GasRoom(16_777_216, ulong.MaxValue).Fits(expected, tasks));

    [Fact]
    public void By_default_a_settlement_of_seven_million_gas_goes_on_Base_up_to_ten_times_its_usual_fee()
    {
        // 0.02 gwei: 2 % of a gwei.
        var usual = new Wei(20_000_000);

        Assert.Null(Refuse(usual));
        Assert.Null(Refuse(usual * 10));
        Assert.Equal(KeeperReasons.LossTooHigh, Refuse(usual * 15));

        static string? Refuse(Wei price)
        {
            var payer = new Payer(default, price, 0, Wei.Zero);
            var room = GasRoom.Of((ulong)new SettlementOptions().GasLimit, Head(150_000_000), payer, Defaults);
            Assert.True(room.Fits(7_000_000, 1));
            Assert.Equal(8_750_000UL, room.LimitOf(7_000_000));
            return Relayer.Core.Keepers.Engine.Sending.LossPlan.Refuse(payer.CostOf(7_000_000, Wei.Zero), Wei.Zero, Defaults);
        }
    }

    [Fact]
    public void The_dearer_gas_is_the_fewer_tasks_share_what_one_action_may_lose()
    {
        var limits = Defaults with { MaxLossPerAction = new Wei(2_000_000) };
        var room = GasRoom.Of(16_777_216, Head(150_000_000), new Payer(default, new Wei(4), 0, Wei.Zero), limits);

        Assert.True(room.Fits(500_000, 2));
        Assert.False(room.Fits(500_001, 2));
        Assert.True(room.Fits(500_001, 1)); // Its decision says what it costs.
        Assert.True((room with { Affordable = ulong.MaxValue }).Fits(500_001, 2));
        Assert.Equal(ulong.MaxValue, GasRoom.Of(16_777_216, Head(null), new Payer(default, new Wei(4), 0, Wei.Zero), limits with { ForProfit = true }).Affordable);
    }

    private static BlockHeader Head(ulong? gas) => new(1, default, default, null) { GasLimit = gas };
}
