using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Relay.Rules;

/// <summary>An API client's requests call the contracts that are its own.</summary>
internal sealed class ClientTargetRule(ApiClients clients) : IRelayRule
{
    public Refusal? Check(RelayCandidate candidate) =>
        candidate.Caller.Client is { } name && clients.Find(name)?.MayCall(candidate.Message.To) != true
            ? new Refusal(RefusalCode.TargetNotAllowed, $"Calls to {candidate.Message.To} are not sponsored for this API client.")
            : null;
}
