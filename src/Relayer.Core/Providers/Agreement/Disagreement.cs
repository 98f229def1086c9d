using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers.Agreement;

/// <summary>What providers said differently about the same thing, on which money or an outcome depends.</summary>
/// <param name="What">What about.</param>
/// <param name="Subject">The transaction or the account; empty where it is a block.</param>
/// <param name="Height">The block's height.</param>
/// <param name="Statements">Who said what; those that said nothing are not among them.</param>
public sealed record Disagreement(DisagreementKind What, ReadOnlyMemory<byte> Subject, long Height, IReadOnlyList<Statement> Statements)
{
    /// <summary>That of one block they say different things: neither lag nor a reorg explains it.</summary>
    public bool IsFlagrant => What is DisagreementKind.Receipt or DisagreementKind.Account;

    /// <inheritdoc/>
    public override string ToString()
    {
        var about = What switch
        {
            DisagreementKind.Block => $"which block is at height {Height}",
            DisagreementKind.Place => $"where {Hex.Encode(Subject.Span)} was mined",
            DisagreementKind.Receipt => $"what {Hex.Encode(Subject.Span)} did in block {Height}",
            _ => $"what {Hex.Encode(Subject.Span)} held after block {Height}",
        };
        return $"{about}: {string.Join("; ", Statements.GroupBy(one => (one.Said, one.IsBelieved)).Select(same =>
            $"{string.Join(", ", same.Select(one => one.Provider))}{(same.Key.IsBelieved ? " (believed)" : "")} said {same.Key.Said}"))}";
    }
}

/// <summary>What one provider said.</summary>
/// <param name="Provider">What it is called.</param>
/// <param name="Operator">Who runs it.</param>
/// <param name="Said">What it said, in words.</param>
/// <param name="IsBelieved">That is what enough of them agree on.</param>
public sealed record Statement(string Provider, string Operator, string Said, bool IsBelieved);

/// <summary>What providers can disagree about.</summary>
public enum DisagreementKind
{
    /// <summary>Which block is at a height.</summary>
    Block,

    /// <summary>Which block a transaction is in.</summary>
    Place,

    /// <summary>What a transaction did in one and the same block.</summary>
    Receipt,

    /// <summary>What an account held after one and the same block.</summary>
    Account,
}
