using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Budgets;

/// <summary>Whose budget. The numbers are stored, singly and added up.</summary>
[Flags]
public enum BudgetScope
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>All relays of a chain.</summary>
    Chain = 1,

    /// <summary>A chain's relays that carry value.</summary>
    Value = 2,

    /// <summary>Relays to one entry of the policy's targets: a contract's functions that are listed together.</summary>
    Target = 4,

    /// <summary>One user's relays.</summary>
    User = 8,

    /// <summary>One API client's relays.</summary>
    Client = 16,

    /// <summary>A chain's relays of callers that nobody knows: what is left belongs to the others.</summary>
    Anonymous = 32,
}

/// <summary>What may be spent, in wei; <see langword="null"/> where there is no limit.</summary>
/// <param name="Hour">In an hour (UTC).</param>
/// <param name="Day">In a day (UTC).</param>
public readonly record struct BudgetLimit(Wei? Hour, Wei? Day)
{
    /// <summary>True where there is none at all.</summary>
    public bool IsNone => Hour is null && Day is null;
}

/// <summary>A budget of one chain.</summary>
/// <param name="Scope">Whose; a single one.</param>
/// <param name="Subject">Which of them: an address, with the entry's mark for a target; empty for the chain's own.</param>
/// <param name="Limit">How much.</param>
public sealed record Budget(BudgetScope Scope, ReadOnlyMemory<byte> Subject, BudgetLimit Limit)
{
    /// <summary>The same scope and subject as another's, whatever the limit.</summary>
    internal (BudgetScope Scope, string Subject) Key => (Scope, Convert.ToHexStringLower(Subject.Span));
}
