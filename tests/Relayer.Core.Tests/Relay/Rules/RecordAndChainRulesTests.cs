using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;

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
    [InlineData(900_000, null)]
    [InlineData(900_001, RefusalCode.QuotaExceeded)]
    public void A_user_has_so_much_gas_a_day(long used, string? code)
    {
        var refusal = new GasQuotaRule().Check(Samples.Candidate(), NoFacts with { GasToday = used });

        Assert.Equal(code, refusal?.Code);
        Assert.True(refusal is null || refusal.RetryAfter == Samples.Now.UtcDateTime.Date.AddDays(1) - Samples.Now.UtcDateTime);
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
