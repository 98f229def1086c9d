using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Relay.Batching;

/// <summary>A request that passed the rules and wants a transaction.</summary>
/// <param name="Candidate">The request.</param>
/// <param name="Fees">What is offered for gas now.</param>
/// <param name="Signers">The accounts that may send it, at least one.</param>
internal sealed record PendingRelay(RelayCandidate Candidate, TransactionFees Fees, IReadOnlyList<Address> Signers)
{
    /// <summary>Which of them it was tried from; <see langword="null"/> where that one may not send it.</summary>
    public Address? Payer => Candidate.Payer is { } payer && Signers.Contains(payer) ? payer : null;
}

/// <summary>Requests that go in one transaction, in the order of their execution.</summary>
/// <param name="PendingRelays">At least one.</param>
/// <param name="Plan">The transaction.</param>
internal sealed record RelayBatch(IReadOnlyList<PendingRelay> PendingRelays, TransactionPlan Plan);
