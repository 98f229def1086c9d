using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Rules;

/// <summary>
/// A user's requests under way at once: each is tried as if those before it were not there, so that a user may have many pass of which only the
/// first goes well.
/// </summary>
internal sealed class UnderWayRule : IChainRule
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    public Refusal? Check(RelayCandidate candidate, RelayFacts facts, ChainView view)
    {
        var isTooMany = view.Nonce is NonceState.Sequential { Next: var next }
            ? candidate.Message.Nonce >= next + (ulong)candidate.Policy.MaxUnderWay
            : facts.UnderWay >= candidate.Policy.MaxUnderWay;
        return isTooMany && !candidate.Caller.IsKnown
            ? new Refusal(RefusalCode.TooManyUnderWay, $"{candidate.Policy.MaxUnderWay} requests of one user may be under way at once. Post it when one of them has ended.", RetryAfter: Soon)
            : null;
    }
}
