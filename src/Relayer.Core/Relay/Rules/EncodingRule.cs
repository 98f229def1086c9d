using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>
/// Arguments are encoded as an encoder would: contracts also take them with junk behind or between them, which does nothing and costs the relayer.
/// </summary>
/// <remarks>Where the policy names a function's signature and does not take any encoding (<see cref="SponsoredFunction.Shape"/>).</remarks>
internal sealed class EncodingRule : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate)
    {
        var function = candidate.Policy.Find(candidate.Message.To, candidate.Message.Data.Span);
        return function?.Shape?.Check(candidate.Message.Data.Span) is { } fault
            ? new Refusal(
                RefusalCode.CalldataNotCanonical,
                $"data is not the ABI's encoding of {function.Text}: byte {fault.Position} is {fault.What}.")
            : null;
    }
}
