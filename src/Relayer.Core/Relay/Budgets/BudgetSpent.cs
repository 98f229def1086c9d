using Npgsql;

namespace Relayer.Core.Relay.Budgets;

/// <summary>Knows the database's word for a budget without room.</summary>
internal static class BudgetSpent
{
    public static bool Is(PostgresException objection) =>
        objection is { SqlState: PostgresErrorCodes.CheckViolation, TableName: "relay_budgets" };
}
