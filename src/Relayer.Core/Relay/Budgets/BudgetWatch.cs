using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Budgets;

/// <summary>Tells people that a budget is nearly spent, and that it is; and once after the start what the budgets are worth at the present fee.</summary>
/// <param name="report">How they stand.</param>
/// <param name="incidents">Where it is told.</param>
/// <param name="engines">Who knows the fee.</param>
/// <param name="logger">Says what holds.</param>
public sealed partial class BudgetWatch(BudgetReport report, IncidentLog incidents, ChainEngines engines, ILogger<BudgetWatch> logger)
{
    /// <summary>The kind of incident.</summary>
    public const string Kind = "budget_low";

    /// <summary>Gas that an ordinary relay pays for.</summary>
    private const ulong OrdinaryGas = 150_000;

    private readonly HashSet<ChainId> _told = [];

    /// <summary>One look; for one caller at a time.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var (chainId, budgets) in await report.ReadAsync(cancellation))
        {
            foreach (var standing in budgets.Shared)
            {
                await (standing.Level switch
                {
                    BudgetLevel.Room => incidents.ResolveAsync(CauseOf(chainId, standing), "There is room again.", cancellation),
                    var level => incidents.RaiseAsync(Describe(chainId, standing, level), cancellation),
                });
            }

            await TellAsync(chainId, budgets, cancellation);
        }
    }

    private static string CauseOf(ChainId chainId, BudgetStanding standing) =>
        IncidentReport.CauseOf(Kind, chainId, null, $"{standing.Budget.Key.Scope} {standing.Budget.Key.Subject}");

    private static IncidentReport Describe(ChainId chainId, BudgetStanding standing, BudgetLevel level) => new(
        Kind, level == BudgetLevel.Spent ? IncidentSeverity.Critical : IncidentSeverity.Warning, chainId, null,
        level == BudgetLevel.Spent
            ? $"{standing.Whose(chainId)}: the budget is spent, what exceeds it is refused"
            : $"{standing.Whose(chainId)}: four fifths of the budget are used",
        $"This hour {standing.Hour.Total} wei of {Show(standing.Budget.Limit.Hour)}, this day {standing.Day.Total} of {Show(standing.Budget.Limit.Day)} (UTC), what is under way at its worst included. "
        + "Look at what is spent on (/api/gas/spend). Raise Chains__*__Budgets__* (or the target's) only when it is spent on what you want.",
        Occurrence: $"{standing.Budget.Key.Scope} {standing.Budget.Key.Subject}");

    private static string Show(Wei? limit) => limit?.ToString() ?? "no limit";

    /// <summary>A chain that cannot be asked now is told of later.</summary>
    private async Task TellAsync(ChainId chainId, ChainBudgets budgets, CancellationToken cancellation)
    {
        if (_told.Contains(chainId))
        {
            return;
        }

        try
        {
            if ((await engines.Get(chainId).QuoteAsync(OrdinaryGas, cancellation)).Fees is { } fees)
            {
                _told.Add(chainId);
                var chain = budgets.Shared.FirstOrDefault(standing => standing.Budget.Scope == BudgetScope.Chain)?.Budget.Limit ?? default;
                var one = fees.MaxPrice * OrdinaryGas;
                var (all, user) = (new Worth(chain, one), new Worth(budgets.User, one));
                Log.Holds(logger, chainId, all, user, fees.MaxPrice);
            }
        }
        catch (Exception away) when (away is ChainUnavailableException or SignerUnavailableException)
        {
            // The next look asks again.
        }
    }

    /// <summary>What a budget is, and how many ordinary relays it is enough for.</summary>
    private sealed record Worth(BudgetLimit Limit, Wei One)
    {
        public override string ToString() => $"{Of(Limit.Hour)} an hour and {Of(Limit.Day)} a day";

        private string Of(Wei? limit) => limit is { } most && !One.IsZero ? $"{most} wei ({most.Value / One.Value} ordinary relays)" : "any amount";
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 320, Level = LogLevel.Information, Message = "Chain {ChainId}: relays may cost {Budget} (UTC), those of one user {UserBudget}; relays are counted at {Price} wei per gas, the most that is offered now, and cost less")]
        public static partial void Holds(ILogger logger, ChainId chainId, Worth budget, Worth userBudget, Wei price);
    }
}
