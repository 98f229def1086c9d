using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Budgets;

/// <summary>How the budgets that are not one user's stand: each that is configured, also where nothing was taken yet.</summary>
/// <param name="routes">What is configured.</param>
/// <param name="database">The records.</param>
/// <param name="time">The clock, for what was never touched.</param>
public sealed class BudgetReport(RelayRoutes routes, Database database, TimeProvider time)
{
    private readonly BudgetStore _store = new(database);

    /// <summary>The budgets of each chain served.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyDictionary<ChainId, ChainBudgets>> ReadAsync(CancellationToken cancellation)
    {
        var standings = (await _store.ReadSharedAsync(cancellation)).ToDictionary(row => (row.ChainId, row.Standing.Budget.Key), row => row.Standing);
        return routes.All.DistinctBy(route => route.ChainName).ToDictionary(
            route => route.Forwarder.ChainId,
            route => new ChainBudgets(
                route.Policy.Budgets.User,
                [
                    .. Shared(route.Policy).Select(budget => standings.TryGetValue((route.Forwarder.ChainId, budget.Key), out var standing)
                        ? standing with { Budget = budget }
                        : BudgetStanding.Untouched(budget, time.GetUtcNow())),
                ]));
    }

    private static IEnumerable<Budget> Shared(RelayPolicy policy)
    {
        Budget[] own = [new(BudgetScope.Chain, default, policy.Budgets.Chain), new(BudgetScope.Value, default, policy.Budgets.Value), new(BudgetScope.Anonymous, default, policy.Budgets.Anonymous)];
        var clients = policy.Budgets.Clients.Select(client => new Budget(BudgetScope.Client, Encoding.UTF8.GetBytes(client.Key), client.Value));
        return own.Concat(clients).Concat(policy.Targets.Values.SelectMany(functions => functions).Select(function => function.Budget).OfType<Budget>())
            .Where(budget => !budget.Limit.IsNone).DistinctBy(budget => budget.Key);
    }
}

/// <summary>A chain's budgets.</summary>
/// <param name="User">What one user may cost.</param>
/// <param name="Shared">How those stand that users share.</param>
public sealed record ChainBudgets(BudgetLimit User, IReadOnlyList<BudgetStanding> Shared);
