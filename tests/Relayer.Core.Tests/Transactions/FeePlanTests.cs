using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Tests.Transactions;

public sealed class FeePlanTests
{
    private static readonly FeeLimits Limits = new(new Wei(1_000), new Wei(50), new Wei(2), 200, Legacy: false);

    [Theory]
    [InlineData(100, 10, 210, 10)]    // the margin on the base fee, and the tip on top
    [InlineData(100, 0, 202, 2)]      // at least the least tip
    [InlineData(100, 500, 250, 50)]   // at most the highest tip
    [InlineData(499, 10, 1_000, 10)]  // the cap holds the margin back
    [InlineData(1_000, 10, 1_000, 10)]
    [InlineData(0, 10, 10, 10)]
    public void Offers_the_base_fee_with_a_margin_and_a_tip_under_their_caps(ulong baseFee, ulong tip, ulong maxFee, ulong maxTip) =>
        Assert.Equal(
            new TransactionFees.Dynamic(new Wei(maxFee), new Wei(maxTip)),
            FeePlan.For(new FeeMarket(new Wei(baseFee), new Wei(tip), new Wei(1)), Limits));

    [Fact]
    public void Offers_nothing_while_the_base_fee_alone_is_above_the_cap() =>
        Assert.Null(FeePlan.For(new FeeMarket(new Wei(1_001), new Wei(1), new Wei(1)), Limits));

    [Fact]
    public void A_chain_without_a_base_fee_gets_the_nodes_price_under_the_cap()
    {
        Assert.Equal(new TransactionFees.Legacy(new Wei(1_000)), FeePlan.For(new FeeMarket(null, new Wei(1), new Wei(1_000)), Limits));
        Assert.Null(FeePlan.For(new FeeMarket(null, new Wei(1), new Wei(1_001)), Limits));
        Assert.Equal(
            new TransactionFees.Legacy(new Wei(70)),
            FeePlan.For(new FeeMarket(new Wei(10), new Wei(1), new Wei(70)), Limits with { Legacy = true }));
    }

    [Fact]
    public void Whatever_a_node_says_the_caps_hold_and_the_tip_is_part_of_the_whole() =>
        Prop.ForAll(Markets().ToArbitrary(), market => FeePlan.For(market, Limits) switch
        {
            TransactionFees.Dynamic(var fee, var tip) =>
                fee <= Limits.MaxFee && tip <= Limits.MaxPriorityFee && tip <= fee && fee >= market.BaseFee,
            TransactionFees.Legacy(var price) => market.BaseFee is null && price <= Limits.MaxFee,
            _ => (market.BaseFee ?? market.GasPrice) > Limits.MaxFee,
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(80, 8, 90, 9)]
    [InlineData(1, 1, 2, 2)]
    [InlineData(1, 0, 2, 1)]
    [InlineData(81, 9, 92, 11)]
    public void Bumps_by_an_eighth_rounded_up(ulong fee, ulong tip, ulong bumpedFee, ulong bumpedTip) =>
        Assert.Equal(
            new TransactionFees.Dynamic(new Wei(bumpedFee), new Wei(bumpedTip)),
            FeePlan.Bump(new TransactionFees.Dynamic(new Wei(fee), new Wei(tip)), null, Limits));

    [Fact]
    public void Bumps_with_what_the_market_asks_when_that_is_more() =>
        Assert.Equal(
            new TransactionFees.Dynamic(new Wei(700), new Wei(40)),
            FeePlan.Bump(
                new TransactionFees.Dynamic(new Wei(80), new Wei(8)), new TransactionFees.Dynamic(new Wei(700), new Wei(40)), Limits));

    [Fact]
    public void Whatever_is_replaced_pays_a_tenth_and_a_wei_more_in_both_fields_under_the_caps_or_not_at_all() =>
        Prop.ForAll(Dynamics().ToArbitrary(), Markets().ToArbitrary(), (sent, market) =>
            FeePlan.Bump(sent, FeePlan.For(market, Limits), Limits) is not TransactionFees.Dynamic(var fee, var tip)
            || (fee <= Limits.MaxFee && tip <= Limits.MaxPriorityFee && tip <= fee && fee > sent.MaxFee && tip > sent.MaxPriorityFee
                && fee * 10 >= sent.MaxFee * 11 && tip * 10 >= sent.MaxPriorityFee * 11))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void It_is_refused_only_when_no_tenth_more_fits_under_the_caps() =>
        Prop.ForAll(Dynamics().ToArbitrary(), Markets().ToArbitrary(), (sent, market) =>
            FeePlan.Bump(sent, FeePlan.For(market, Limits), Limits) is not null
            || sent.MaxFee * 11 + new Wei(10) > Limits.MaxFee * 10 || sent.MaxPriorityFee * 11 + new Wei(10) > Limits.MaxPriorityFee * 10)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Replacing_again_and_again_only_rises_and_ends_at_the_cap() =>
        Prop.ForAll(Dynamics().ToArbitrary(), Markets().ToArbitrary(), (sent, market) =>
        {
            var (offers, asked) = (new List<TransactionFees.Dynamic> { sent }, FeePlan.For(market, Limits));
            while (FeePlan.Bump(offers[^1], asked, Limits) is TransactionFees.Dynamic next && offers.Count < 200)
            {
                offers.Add(next);
            }

            return offers.Count < 200 && offers.Zip(offers.Skip(1)).All(step => step.First.MaxFee < step.Second.MaxFee);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_legacy_price_is_replaced_by_a_tenth_under_the_cap_or_not_at_all() =>
        Prop.ForAll(Gen.Choose(0, 1_200).ToArbitrary(), Markets().ToArbitrary(), (sent, market) =>
            FeePlan.Bump(new TransactionFees.Legacy(new Wei((ulong)sent)), FeePlan.For(market, Limits with { Legacy = true }), Limits)
                is not TransactionFees.Legacy(var price)
            || (price <= Limits.MaxFee && price * 10 >= new Wei((ulong)sent) * 11 && price > new Wei((ulong)sent)))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(Speed.Slow, 154, 4)]
    [InlineData(Speed.Standard, 210, 10)]
    [InlineData(Speed.Fast, 290, 40)]
    public void A_speed_chooses_the_tip_and_the_margin(Speed speed, ulong maxFee, ulong tip) =>
        Assert.Equal(
            new TransactionFees.Dynamic(new Wei(maxFee), new Wei(tip)),
            FeePlan.For(Tips(100, 4, 10, 40), Limits, speed));

    [Fact]
    public void More_speed_never_offers_less_and_a_dearer_market_never_less_either() =>
        Prop.ForAll(Markets().ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (market, more) =>
        {
            var dearer = market.BaseFee is { } fee && fee < Limits.MaxFee
                ? market with { BaseFee = fee + new Wei((ulong)more) }
                : market;
            return NoMore(Fees(market, Speed.Slow), Fees(market, Speed.Standard))
                && NoMore(Fees(market, Speed.Standard), Fees(market, Speed.Fast))
                && (Fees(dearer, Speed.Standard) is not { } after || NoMore(Fees(market, Speed.Standard), after));
        }).QuickCheckThrowOnFailure();

    private static TransactionFees? Fees(FeeMarket market, Speed speed) => FeePlan.For(market, Limits, speed);

    private static bool NoMore(TransactionFees? less, TransactionFees? more) =>
        less is null == more is null && (less is null || less.MaxPrice <= more!.MaxPrice);

    private static FeeMarket Tips(ulong baseFee, ulong low, ulong middle, ulong high) =>
        new(new Wei(baseFee), new Wei(middle), new Wei(baseFee)) { LowPriorityFee = new Wei(low), HighPriorityFee = new Wei(high) };

    [Fact]
    public void At_the_cap_nothing_is_replaced()
    {
        Assert.Null(FeePlan.Bump(new TransactionFees.Dynamic(new Wei(1_000), new Wei(1)), null, Limits));
        Assert.Null(FeePlan.Bump(new TransactionFees.Legacy(new Wei(1_000)), null, Limits));
        Assert.Equal(new TransactionFees.Legacy(new Wei(90)), FeePlan.Bump(new TransactionFees.Legacy(new Wei(80)), null, Limits));
    }

    private static Gen<Wei> Amounts() => Gen.Frequency(
        (6, Gen.Choose(0, 1_200).Select(wei => new Wei((ulong)wei))),
        (1, Gen.Constant(new Wei(UInt256.MaxValue))));

    private static Gen<FeeMarket> Markets() =>
        from baseFee in Gen.Frequency((5, Amounts().Select(wei => (Wei?)wei)), (1, Gen.Constant<Wei?>(null)))
        from tip in Amounts()
        from price in Amounts()
        select new FeeMarket(baseFee, tip, price);

    private static Gen<TransactionFees.Dynamic> Dynamics() =>
        from fee in Gen.Choose(1, 1_000)
        from tip in Gen.Choose(0, fee)
        select new TransactionFees.Dynamic(new Wei((ulong)fee), new Wei((ulong)tip));
}
