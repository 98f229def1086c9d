namespace Relayer.Core.Transactions.Replacement;

/// <summary>A further attempt was not made: the feature's budget has no room for what it may cost. The earlier ones stand.</summary>
public sealed class BudgetSpentException : Exception
{
    /// <summary>Says so.</summary>
    public BudgetSpentException()
        : base("the budget has no room for a further attempt")
    {
    }

    /// <summary>Says so in other words.</summary>
    public BudgetSpentException(string message)
        : base(message)
    {
    }

    /// <summary>The same with what the database said.</summary>
    public BudgetSpentException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
