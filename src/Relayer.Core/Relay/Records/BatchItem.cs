using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Budgets;

namespace Relayer.Core.Relay.Records;

/// <summary>A request's place in a transaction.</summary>
/// <param name="Candidate">The request.</param>
/// <param name="Transaction">The transaction.</param>
/// <param name="Position">Its place.</param>
/// <param name="Price">The most wei per gas that the transaction offers.</param>
internal readonly record struct BatchItem(RelayCandidate Candidate, Guid Transaction, int Position, Wei Price)
{
    /// <summary>What it takes of its budgets.</summary>
    public RelayHold Hold { get; } = RelayHold.Of(Candidate, Transaction, Price);
}
