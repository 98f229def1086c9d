using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Engine.Sending;

namespace Relayer.Core.Tests.Keepers;

public sealed class LossPlanTests
{
    private static readonly KeeperLimits Backstop = Limits("Backstop");
    private static readonly KeeperLimits Profit = Limits("Profit");

    [Theory]
    [InlineData(100, 0, null)]
    [InlineData(101, 0, KeeperReasons.LossTooHigh)]
    [InlineData(150, 50, null)]
    [InlineData(151, 50, KeeperReasons.LossTooHigh)]
    public void A_backstop_may_lose_so_much_beside_its_reward(ulong cost, ulong reward, string? refusal) =>
        Assert.Equal(refusal, LossPlan.Refuse(Of(cost), Of(reward), Backstop));

    [Theory]
    [InlineData(40, 50, null)]
    [InlineData(41, 50, KeeperReasons.NotProfitable)]
    [InlineData(1, 5, KeeperReasons.NotProfitable)]
    [InlineData(1, 0, KeeperReasons.NotProfitable)]
    public void For_profit_the_least_gain_must_be_left(ulong cost, ulong reward, string? refusal) =>
        Assert.Equal(refusal, LossPlan.Refuse(Of(cost), Of(reward), Profit));

    [Theory]
    [InlineData(1, 10, 0, 0, 2)] // There is room: twice the first offer.
    [InlineData(7, 10, 0, 0, 10)] // 100 for 10 gas.
    [InlineData(7, 10, 20, 0, 8)] // 20 go for what is sent along.
    [InlineData(7, 10, 0, 25, 12)] // A reward of 25: 125 for 10 gas.
    [InlineData(10, 10, 0, 0, 10)] // No room at all: it is not replaced.
    [InlineData(15, 10, 0, 0, 15)] // What is offered stands above what is expected to be paid.
    public void Replacing_ends_where_an_action_would_lose_too_much(ulong offer, ulong gas, ulong beside, ulong reward, ulong cap) =>
        Assert.Equal(Of(cap), LossPlan.FeeCap(Of(offer), gas, Of(beside), Of(reward), Backstop));

    [Fact]
    public void Replacing_for_profit_ends_where_the_least_gain_would_not_be_left() =>
        Assert.Equal(Of(9), LossPlan.FeeCap(Of(6), 10, Wei.Zero, Of(100), Profit));

    private static Wei Of(ulong wei) => new(wei);

    private static KeeperLimits Limits(string mode) => KeeperLimits.From(
        "lane", new UpkeepOptions { Mode = mode, MaxLossPerActionWei = new(100), MinProfitWei = new(10) });
}
