using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Tests.Treasury;

public sealed class TopUpPlanTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2_000);
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly Address Council = Plans.Account(0xcc);

    private static readonly TopUpRules Rules = new(
        Milli(50), Milli(200), LowDays: 2, TargetDays: 7, Milli(500), Milli(1_000), Milli(2_000), TimeSpan.FromMinutes(10), Milli(50));

    [Fact]
    public void No_plan_exceeds_a_cap_pays_a_stranger_or_empties_the_wallet_whatever_the_inputs() =>
        Prop.ForAll(Cases().ToArbitrary(), each =>
        {
            var (situation, rules) = each;
            var plan = TopUpPlan.For(situation, rules);
            var signers = situation.Signers.DistinctBy(signer => signer.Address).ToDictionary(signer => signer.Address);
            var sent = Sum(plan.Transfers.Select(transfer => transfer.Amount));
            foreach (var transfer in plan.Transfers)
            {
                var signer = signers[transfer.Signer]; // Not a stranger.
                Assert.NotEqual(situation.CouncilAddress, transfer.Signer);
                Assert.True(!transfer.Amount.IsZero && transfer.Amount <= rules.MaxPerTransfer);
                Assert.True(Number(signer.SentToday) + Number(transfer.Amount) <= Number(rules.MaxPerSignerPerDay));
                Assert.True(Number(signer.Balance!.Value) + Number(transfer.Amount) <= Number(rules.TargetAt(signer.SpendPerDay)));
                Assert.True(signer.Balance < rules.LowMarkAt(signer.SpendPerDay));
                Assert.True(signer.InFlight.IsZero && !signer.Stopped);
                Assert.True(signer.LastAt is null || situation.Now - signer.LastAt >= rules.CoolDown);
            }

            Assert.Equal(plan.Transfers.Count, plan.Transfers.Select(transfer => transfer.Signer).Distinct().Count());
            if (plan.Transfers.Count > 0)
            {
                Assert.False(situation.Stopped);
                Assert.True(Number(situation.SentToday) + sent <= Number(rules.MaxPerDay));
                Assert.True(
                    Number(situation.Council!.Value) - Number(situation.CouncilCommitted) - sent
                    - (plan.Transfers.Count * Number(situation.TransferCost)) >= Number(rules.CouncilMinimum));
            }

            return true;
        }).Check(Runs);

    [Fact]
    public void Every_low_signer_is_filled_or_held_for_a_reason() =>
        Prop.ForAll(Cases().ToArbitrary(), each =>
        {
            var (situation, rules) = each;
            var plan = TopUpPlan.For(situation, rules);
            var named = plan.Transfers.Select(transfer => transfer.Signer).Concat(plan.Held.Select(held => held.Signer)).ToHashSet();
            return situation.Signers.DistinctBy(signer => signer.Address)
                .All(signer => named.Contains(signer.Address) == (signer.Balance is null || signer.Balance < rules.LowMarkAt(signer.SpendPerDay)));
        }).Check(Runs);

    [Fact]
    public void The_largest_deficit_comes_first_and_the_last_gets_what_is_left()
    {
        var plan = TopUpPlan.For(
            Situation(council: Milli(400), Signer(1, Milli(40)), Signer(2, Wei.Zero), Signer(3, Milli(20)), Signer(4, Milli(60))), Rules);

        Assert.Equal([Plans.Account(2), Plans.Account(3)], plan.Transfers.Select(transfer => transfer.Signer));
        Assert.Equal(Milli(200), plan.Transfers[0].Amount);
        Assert.Equal(Milli(150) - (Cost * 2), plan.Transfers[1].Amount);
        Assert.Equal([HoldReason.CouncilLow, HoldReason.CouncilLow], plan.Held.Select(held => held.Reason));
        Assert.Equal(Milli(200 + 180 + 160 - 350) + (Cost * 3), plan.Missing);
    }

    [Fact]
    public void The_marks_follow_the_burn_where_that_asks_for_more()
    {
        var plan = TopUpPlan.For(Situation(Milli(9_000), Signer(1, Milli(90)) with { SpendPerDay = Milli(46) }), Rules);

        Assert.Equal(Milli((46 * 7) - 90), Assert.Single(plan.Transfers).Amount);
        Assert.Empty(TopUpPlan.For(Situation(Milli(9_000), Signer(1, Milli(90)) with { SpendPerDay = Milli(45) }), Rules).Transfers);
    }

    [Theory]
    [InlineData(HoldReason.BalanceUnknown)]
    [InlineData(HoldReason.Stopped)]
    [InlineData(HoldReason.NotASigner)]
    [InlineData(HoldReason.HasCode)]
    [InlineData(HoldReason.InFlight)]
    [InlineData(HoldReason.Failing)]
    [InlineData(HoldReason.CoolingDown)]
    [InlineData(HoldReason.SignerCap)]
    [InlineData(HoldReason.DailyCap)]
    [InlineData(HoldReason.CouncilLow)]
    public void A_signer_is_held_and_the_reason_is_said(HoldReason reason)
    {
        var signer = Signer(1, Milli(10));
        var situation = Situation(Milli(9_000));
        (situation, signer) = reason switch
        {
            HoldReason.BalanceUnknown => (situation, signer with { Balance = null }),
            HoldReason.Stopped => (situation with { Stopped = true }, signer),
            HoldReason.NotASigner => (situation, signer with { Address = Council }),
            HoldReason.HasCode => (situation, signer with { HasCode = true }),
            HoldReason.InFlight => (situation, signer with { InFlight = Milli(1) }),
            HoldReason.Failing => (situation, signer with { Failures = 3, LastAt = Now.AddMinutes(-39) }), // Ten minutes, doubled twice.
            HoldReason.CoolingDown => (situation, signer with { LastAt = Now.AddMinutes(5) }), // A clock that was set back.
            HoldReason.SignerCap => (situation, signer with { SentToday = Milli(1_000) }),
            HoldReason.DailyCap => (situation with { SentToday = Milli(2_000) }, signer),
            _ => (situation with { Council = null }, signer),
        };

        var plan = TopUpPlan.For(situation with { Signers = [signer] }, Rules);

        Assert.Empty(plan.Transfers);
        Assert.Equal(reason, Assert.Single(plan.Held).Reason);
    }

    [Fact]
    public void One_signer_under_an_incident_does_not_hold_the_others()
    {
        var plan = TopUpPlan.For(Situation(Milli(9_000), Signer(1, Milli(0)) with { Stopped = true }, Signer(2, Milli(0))), Rules);

        Assert.Equal(Plans.Account(2), Assert.Single(plan.Transfers).Signer);
    }

    [Fact]
    public void The_cap_on_a_transfer_leaves_the_rest_for_later()
    {
        var plan = TopUpPlan.For(Situation(Milli(9_000), Signer(1, Milli(0)) with { SpendPerDay = Milli(100) }), Rules);

        Assert.Equal(Milli(500), Assert.Single(plan.Transfers).Amount);
        Assert.Equal((HoldReason.TransferCap, Milli(200)), (plan.Held[0].Reason, plan.Held[0].Lacking));
    }

    private static Wei Cost => Wei.FromGwei(21_000 * 10);

    private static Wei Milli(ulong ether) => Wei.FromGwei(ether * 1_000_000);

    private static BigInteger Number(Wei wei) => wei.ToBigInteger();

    private static BigInteger Sum(IEnumerable<Wei> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + Number(amount));

    private static TopUpSigner Signer(byte number, Wei balance) =>
        new(Plans.Account(number), balance, Wei.Zero, Wei.Zero, Wei.Zero, null, false);

    private static TopUpContext Situation(Wei council, params TopUpSigner[] signers) =>
        new(Now, Council, council, Wei.Zero, Wei.Zero, Cost, false, signers);

    private static Gen<(TopUpContext, TopUpRules)> Cases() =>
        from council in Maybe(Amounts())
        from amounts in Amounts().ArrayOf(3)
        from stopped in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        from signers in Signers().ArrayOf()
        from rules in RuleSets()
        select (new TopUpContext(Now, Council, council, amounts[0], amounts[1], amounts[2], stopped, signers), rules);

    private static Gen<TopUpSigner> Signers() =>
        from number in Gen.Choose(0, 5)
        from balance in Maybe(Amounts())
        from amounts in Amounts().ArrayOf(3)
        from none in Gen.Choose(0, 7).ArrayOf(3)
        from last in Gen.Choose(-100, 100)
        select new TopUpSigner(
            number == 5 ? Council : Plans.Account((byte)number), balance, none[0] > 1 ? Wei.Zero : amounts[0], none[1] > 1 ? Wei.Zero : amounts[1],
            none[2] > 1 ? Wei.Zero : amounts[2], last > 50 ? null : Now.AddMinutes(-last), last == 50);

    private static Gen<TopUpRules> RuleSets() =>
        from amounts in Amounts().ArrayOf(6)
        from days in Gen.Choose(0, 10).ArrayOf(2)
        from coolDown in Gen.Choose(0, 60)
        select new TopUpRules(
            amounts[0], amounts[1], days[0], days[1], amounts[2], amounts[3], amounts[4], TimeSpan.FromMinutes(coolDown), amounts[5]);

    /// <summary>From nothing over the everyday to all that a word holds.</summary>
    private static Gen<Wei> Amounts() => Gen.OneOf(
        Gen.Choose(0, 3).Select(n => new Wei((ulong)n)),
        Gen.Choose(0, 3_000).Select(n => Milli((ulong)n)),
        Gen.Choose(0, 3_000).Select(n => Milli((ulong)n) + new Wei((ulong)n)),
        Gen.Choose(0, 256).Select(n => new Wei(UInt256.From(BigInteger.Max(0, (BigInteger.One << n) - 1)))));

    private static Gen<Wei?> Maybe(Gen<Wei> amounts) =>
        Gen.Frequency((9, amounts.Select(amount => (Wei?)amount)), (1, Gen.Constant((Wei?)null)));
}
