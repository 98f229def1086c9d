using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Tests.Relay.Rules;

/// <summary>What is judged with the records and with the chain. The sample's nonce is 7.</summary>
public sealed class RecordAndChainRulesTests
{
    private static readonly RelayFacts NoFacts = new(null, null, 0, 0);

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, RefusalCode.QuotaExceeded)]
    public void A_user_has_so_many_requests_a_minute(long used, string? code)
    {
        var refusal = new RateRule().Check(Samples.Candidate(), NoFacts with { RelaysThisMinute = used });

        Assert.Equal(code, refusal?.Code);
        Assert.True(refusal is null || refusal.RetryAfter == TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, RefusalCode.QuotaExceeded)]
    public void A_user_has_so_much_gas_a_day_transaction_and_data_included(long beyond, string? code)
    {
        var candidate = Samples.Candidate() with { Data = new DataPrice(20_000, Wei.Zero) };
        var left = (long)(candidate.Call.Gas + 20_000);
        var refusal = new GasQuotaRule().Check(candidate, NoFacts with { GasToday = Samples.Policy.GasPerDay - left + beyond });

        Assert.Equal(code, refusal?.Code);
        Assert.True(refusal is null || refusal.RetryAfter == Samples.Now.UtcDateTime.Date.AddDays(1) - Samples.Now.UtcDateTime);
    }

    [Theory]
    [InlineData(32 * 1024, 0xff)]
    [InlineData(120_000, 0)]
    public void Junk_behind_a_call_is_charged_at_what_a_transaction_with_it_costs(int bytes, byte junk)
    {
        var stuffed = Samples.Candidate(message => message with
        {
            Gas = 1_500,
            Data = (byte[])[.. message.Data.Span, .. Enumerable.Repeat(junk, bytes)],
        });

        Assert.True(stuffed.PaidGas >= OuterGas.Floor(stuffed.Call.Data), $"{stuffed.PaidGas} is charged");
        Assert.Equal(RefusalCode.QuotaExceeded, new GasQuotaRule().Check(stuffed, NoFacts with { GasToday = 700_000 })?.Code);
    }

    [Theory]
    [InlineData(100_000, 200)]
    [InlineData(800_000, 40)]
    public void The_default_share_is_as_many_relays_as_its_documentation_says(ulong gas, int relays)
    {
        var candidate = Samples.Candidate(message => message with { Gas = gas, Data = Enumerable.Repeat((byte)0xff, 228).ToArray() });

        Assert.InRange((ulong)new PolicyOptions().GasPerDay / candidate.PaidGas, (ulong)relays, (ulong)(relays * 5 / 4));
    }

    [Fact]
    public void What_cannot_be_counted_is_beyond_every_share()
    {
        var candidate = Samples.Candidate(message => message with { Gas = ulong.MaxValue }) with { Data = new DataPrice(ulong.MaxValue, Wei.Zero) };

        Assert.Equal(RefusalCode.QuotaExceeded, new GasQuotaRule().Check(candidate, NoFacts)?.Code);
    }

    [Theory]
    [InlineData(7, null, null)]                          // the next on chain
    [InlineData(8, null, RefusalCode.NonceUsed)]
    [InlineData(6, null, RefusalCode.NonceGap)]
    [InlineData(5, 6UL, null)]                           // the next after what is under way
    [InlineData(5, 7UL, RefusalCode.NonceUsed)]
    [InlineData(5, 5UL, RefusalCode.NonceGap)]
    [InlineData(7, 6UL, null)]                           // what was under way is mined already
    [InlineData(8, 6UL, RefusalCode.NonceUsed)]
    public void Sequential_nonces_follow_the_chain_and_what_is_under_way(int onChain, ulong? underWay, string? code)
    {
        var facts = NoFacts with { Predecessor = underWay is { } nonce ? new Predecessor(nonce, Samples.Contract) : null };

        Assert.Equal(
            code, new NonceRule().Check(Samples.Candidate(), facts, new ChainView(new NonceState.Sequential((ulong)onChain), null))?.Code);
    }

    // The sample's nonce is 7.
    [Theory]
    [InlineData(7, 6UL, null)]
    [InlineData(6, 6UL, null)]                           // a node that has not seen what the records know is spent
    [InlineData(7, 7UL, RefusalCode.NonceUsed)]
    [InlineData(8, 3UL, RefusalCode.NonceUsed)]
    [InlineData(5, 5UL, RefusalCode.NonceGap)]
    public void What_the_records_know_is_spent_is_whatever_a_node_says(int onChain, ulong spent, string? code) => Assert.Equal(
        code,
        new NonceRule().Check(Samples.Candidate(), NoFacts with { LastSpent = spent }, new ChainView(new NonceState.Sequential((ulong)onChain), null))?.Code);

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, RefusalCode.NonceUsed)]
    public void Unordered_nonces_are_only_ever_spent_or_not(bool isUsed, string? code) =>
        Assert.Equal(
            code,
            new NonceRule().Check(
                Samples.Candidate(forwarder: Samples.Infinex), NoFacts, new ChainView(new NonceState.Unordered(isUsed), null))?.Code);

    [Fact]
    public void A_request_with_value_does_not_follow_one_under_way()
    {
        var policy = Samples.Policy with { MaxValue = new Wei(1) };
        var candidate = Samples.Candidate(message => message with { Value = new Wei(1) }, policy: policy);
        var facts = NoFacts with { Predecessor = new Predecessor(6, Samples.Contract) };

        var refusal = new NonceRule().Check(candidate, facts, new ChainView(new NonceState.Sequential(6), null));

        Assert.Equal(RefusalCode.NonceGap, refusal?.Code);
        Assert.NotNull(refusal?.RetryAfter);
    }

    [Fact]
    public void What_would_revert_is_refused_with_its_reason()
    {
        var refusal = new SimulationRule().Check(
            Samples.Candidate(), NoFacts, new ChainView(new NonceState.Sequential(7), "not today"));

        Assert.Equal((RefusalCode.SimulationReverted, "not today"), (refusal?.Code, refusal?.RevertReason));
        Assert.Null(new SimulationRule().Check(Samples.Candidate(), NoFacts, new ChainView(new NonceState.Sequential(7), null)));
    }
}
