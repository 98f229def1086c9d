using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;

namespace Relayer.Core.Tests.Relay.Rules;

/// <summary>A user's requests under way at once.</summary>
public sealed class UnderWayRuleTests
{
    [Theory]
    [InlineData(0, 2, true)]
    [InlineData(0, 3, false)]
    [InlineData(7, 9, true)]
    [InlineData(7, 10, false)]
    public void A_stranger_has_only_so_many_under_way(int next, int nonce, bool passes)
    {
        var candidate = Samples.Candidate(message => message with { Nonce = (ulong)nonce }, policy: Samples.Policy with { MaxUnderWay = 3 });
        var view = new ChainView(new NonceState.Sequential((ulong)next), null);

        Assert.Equal(passes ? null : RefusalCode.TooManyUnderWay, Check(candidate, new RelayFacts(null, null, 0, 0), view));
        Assert.Null(Check(candidate with { Caller = new Caller(CallerKind.Client, "app") }, new RelayFacts(null, null, 0, 0), view));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Where_nonces_have_no_order_the_records_tell(int underWay, bool passes)
    {
        var candidate = Samples.Candidate(forwarder: Samples.Infinex, policy: Samples.Policy with { MaxUnderWay = 3 });
        var facts = new RelayFacts(null, null, 0, 0) { UnderWay = underWay };

        Assert.Equal(passes ? null : RefusalCode.TooManyUnderWay, Check(candidate, facts, new ChainView(new NonceState.Unordered(false), null)));
    }

    private static string? Check(RelayCandidate candidate, RelayFacts facts, ChainView view) => new UnderWayRule().Check(candidate, facts, view)?.Code;
}
