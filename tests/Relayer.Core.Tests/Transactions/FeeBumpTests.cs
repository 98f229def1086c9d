using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>When something is done about a transaction that is held up, and what.</summary>
public sealed class FeeBumpTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly FeeBumpSchedule Schedule = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(12));
    private static readonly Wei Rich = Wei.FromGwei(1_000_000_000);

    private static readonly ChainSettings Settings = ChainSettings.From(new ChainOptions
    {
        ChainId = 1,
        Fees = { MaxFeePerGasWei = new(100_000_000_000), MaxPriorityFeePerGasWei = new(5_000_000_000), DataGas = 1_000, DataFeeWei = new(7) },
    });

    [Theory]
    [InlineData(1, 29, false)]
    [InlineData(1, 30, true)]
    [InlineData(2, 14, false)]
    [InlineData(2, 15, true)]
    [InlineData(9, 15, true)]
    [InlineData(0, 99, false)] // nothing is signed
    public void It_is_due_when_its_newest_attempt_had_its_time(int attempts, int seconds, bool isDue) =>
        Assert.Equal(isDue, Schedule.IsDue(Open(attempts), Start.AddSeconds(seconds)));

    [Fact]
    public void What_a_block_has_is_neither_due_nor_late()
    {
        var mined = Open(1, expiresAfter: 60) with
        {
            State = new TransactionState.Mined(new Inclusion(default, false, 1, default, true, 1, Wei.Zero, Wei.Zero, Wei.Zero)),
        };
        Assert.False(Schedule.IsDue(mined, Start.AddHours(1)));
        Assert.False(Schedule.IsLate(mined, Start.AddHours(1)));
    }

    [Theory]
    [InlineData(600, 587, false)]
    [InlineData(600, 588, true)]  // a block's time before it expires
    [InlineData(10, 4, false)]
    [InlineData(10, 5, true)]     // but half of its time it has
    [InlineData(-5, 0, true)]     // it expired before it was reserved
    public void It_is_late_while_there_is_still_time_for_the_noop(int expiresAfter, int seconds, bool isLate) =>
        Assert.Equal(isLate, Schedule.IsLate(Open(1, expiresAfter), Start.AddSeconds(seconds)));

    [Fact]
    public void Without_a_deadline_it_is_never_late() => Assert.False(Schedule.IsLate(Open(1), DateTimeOffset.MaxValue));

    [Theory]
    [InlineData(ChainMotion.StandsStill, 599, false)]
    [InlineData(ChainMotion.StandsStill, 600, true)]  // by its own time nothing can carry it out any more
    [InlineData(ChainMotion.CatchesUp, 599, false)]
    [InlineData(ChainMotion.Moves, 0, true)]
    public void While_the_chain_is_behind_it_is_late_by_the_chains_time(ChainMotion motion, int chainSeconds, bool isLate) =>
        Assert.Equal(isLate, Schedule.IsLate(Open(1, 600), Start.AddHours(9), new ChainStanding(motion, 1, Start.AddSeconds(chainSeconds))));

    [Fact]
    public void After_a_standstill_its_time_begins_anew()
    {
        var resumed = Start.AddHours(2);
        Assert.False(Schedule.IsDue(Open(1), resumed.AddSeconds(29), resumed));
        Assert.True(Schedule.IsDue(Open(1), resumed.AddSeconds(30), resumed));
    }

    [Theory]
    [InlineData(true, 8, 0)]
    [InlineData(false, 11, 0)]    // its price is below the base fee: no block will come to say so
    public void It_is_replaced_once_a_block_passed_it_over_or_its_price_cannot_do(bool isPassedOver, ulong baseFee, ulong tip) =>
        Assert.IsType<FeeBump.Offer>(FeeBump.Decide(Open(1), isPassedOver, Market(baseFee, tip), Rich, Settings));

    [Fact]
    public void While_no_block_comes_it_waits() => Assert.IsType<FeeBump.Wait>(FeeBump.Decide(Open(1), false, Market(10, 1), Rich, Settings));

    [Theory]
    [InlineData(101, 10)]  // nothing under the cap would be mined
    [InlineData(50, 100)]  // it offers the cap already
    [InlineData(50, 92)]   // and a tenth more would be above it
    public void At_the_cap_it_waits(ulong baseFee, ulong sent) =>
        Assert.IsType<FeeBump.AtCap>(FeeBump.Decide(Open(1, fee: sent), true, Market(baseFee, 1), Rich, Settings));

    [Fact]
    public void Just_under_the_cap_it_offers_the_cap() => Assert.Equal(
        new FeeBump.Offer(new TransactionFees.Dynamic(Wei.FromGwei(100), new Wei(1_125_000_000UL))),
        FeeBump.Decide(Open(1, fee: 90), true, Market(50, 1), Rich, Settings));

    [Fact]
    public void The_markets_price_counts_at_the_plans_speed_and_a_noop_is_in_a_hurry()
    {
        var market = Market(20, 1) with { LowPriorityFee = Wei.FromGwei(0), HighPriorityFee = Wei.FromGwei(4) };
        Assert.Equal(Wei.FromGwei(41), Price(FeeBump.Decide(Open(1), true, market, Rich, Settings)));
        var slow = Open(1);
        slow = slow with { Reserved = slow.Reserved with { Plan = slow.Reserved.Plan with { Speed = Speed.Slow } } };
        Assert.Equal(Wei.FromGwei(30) + new Wei(1UL), Price(FeeBump.Decide(slow, true, market, Rich, Settings)));
        Assert.Equal(Wei.FromGwei(54), Price(FeeBump.Decide(Open(2, isNoop: true), true, market, Rich, Settings)));
    }

    [Fact]
    public void What_the_signer_cannot_pay_for_is_not_offered_and_a_noop_costs_less()
    {
        var cost = new Wei((UInt128)11_250_000_000 * 50_000 + 7);
        Assert.IsType<FeeBump.Offer>(FeeBump.Decide(Open(1), true, Market(1, 0), cost, Settings));
        Assert.IsType<FeeBump.Unaffordable>(FeeBump.Decide(Open(1), true, Market(1, 0), cost - new Wei(1UL), Settings));
        Assert.IsType<FeeBump.Offer>(FeeBump.Decide(Open(2, isNoop: true), true, Market(1, 0), new Wei((UInt128)11_250_000_000 * 22_000 + 7), Settings));
    }

    private static Wei Price(FeeBump bump) => Assert.IsType<FeeBump.Offer>(bump).Fees.MaxPrice;

    private static FeeMarket Market(ulong baseFee, ulong tip) => new(Wei.FromGwei(baseFee), Wei.FromGwei(tip), Wei.FromGwei(baseFee));

    private static OpenTransaction Open(int attempts, int? expiresAfter = null, ulong fee = 10, bool isNoop = false)
    {
        var plan = Plans.Create(maxFeeGwei: fee, expiresAt: expiresAfter is { } after ? Start.AddSeconds(after) : null);
        return new OpenTransaction(
            new ReservedTransaction(new ChainId(1), Plans.Account(1), 0, plan), attempts == 0 ? new TransactionState.Reserved() : new TransactionState.Broadcast(),
            1, Start, [.. Enumerable.Range(1, attempts).Select(i => new Attempt(i, default, default, isNoop && i == attempts))])
        {
            CreatedAt = Start,
            AttemptedAt = attempts == 0 ? null : Start,
        };
    }
}
