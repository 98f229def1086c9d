using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Budgets;

namespace Functions.Treasury;

/// <summary>What relays may cost, and what is taken of it. Hours and days are UTC.</summary>
/// <param name="User">The most that one user may cost.</param>
/// <param name="Shared">What users share.</param>
public sealed record BudgetsAnswer(UserBudgetAnswer User, IReadOnlyList<BudgetAnswer> Shared)
{
    /// <summary>Shows a chain's budgets.</summary>
    public static BudgetsAnswer Of(ChainBudgets? budgets) => new(
        new(Amount.OfNullable(budgets?.User.Hour), Amount.OfNullable(budgets?.User.Day)), [.. (budgets?.Shared ?? []).Select(BudgetAnswer.Of)]);
}

/// <summary>What one user may cost.</summary>
/// <param name="Hour">In an hour; null: no limit.</param>
/// <param name="Day">In a day; null: no limit.</param>
public sealed record UserBudgetAnswer(Amount? Hour, Amount? Day);

/// <summary>A budget.</summary>
/// <param name="Scope"><c>chain</c>: all relays; <c>value</c>: those that carry value; <c>target</c>: those to functions that are listed together; <c>anonymous</c>: those of callers that are not known; <c>client</c>: those of an API client.</param>
/// <param name="Client">The API client; only of <c>client</c>.</param>
/// <param name="Target">The contract; only of <c>target</c>.</param>
/// <param name="State"><c>room</c>; <c>low</c>: four fifths are used; <c>spent</c>: what exceeds it is refused.</param>
/// <param name="Hour">The present hour.</param>
/// <param name="Day">The present day.</param>
public sealed record BudgetAnswer(string Scope, string? Client, string? Target, string State, BudgetUseAnswer Hour, BudgetUseAnswer Day)
{
    /// <summary>Shows one.</summary>
    public static BudgetAnswer Of(BudgetStanding standing)
    {
        var (budget, isTarget) = (standing.Budget, standing.Budget.Scope == BudgetScope.Target);
        return new(
            NameOf(budget.Scope),
            budget.Scope == BudgetScope.Client ? Encoding.UTF8.GetString(budget.Subject.Span) : null,
            isTarget ? new Address(budget.Subject.Span[..Address.Size]).ToString() : null,
            standing.Level switch { BudgetLevel.Room => "room", BudgetLevel.Low => "low", _ => "spent" },
            BudgetUseAnswer.Of(standing.Hour, budget.Limit.Hour),
            BudgetUseAnswer.Of(standing.Day, budget.Limit.Day));
    }

    private static string NameOf(BudgetScope scope) => scope switch
    {
        BudgetScope.Value => "value",
        BudgetScope.Target => "target",
        BudgetScope.Anonymous => "anonymous",
        BudgetScope.Client => "client",
        _ => "chain",
    };
}

/// <summary>What is taken of a budget.</summary>
/// <param name="Limit">The most; null: no limit.</param>
/// <param name="Spent">By what has ended.</param>
/// <param name="Held">For what is under way, at its worst.</param>
public sealed record BudgetUseAnswer(Amount? Limit, Amount Spent, Amount Held)
{
    /// <summary>Shows one.</summary>
    public static BudgetUseAnswer Of(BudgetUse use, Wei? limit) => new(Amount.OfNullable(limit), Amount.Of(use.Spent), Amount.Of(use.Held));
}
