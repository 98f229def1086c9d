using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Budgets;

/// <summary>Tells people that a budget is nearly spent, and that it is; and once after the start what the budgets are worth at the present fee.</summary>
/// <param name="report">How they stand.</param>
/// <param name="breakers">What keeps failing.</param>
/// <param name="incidents">Where it is told.</param>
/// <param name="engines">Who knows the fee.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says what holds.</param>
public sealed partial class BudgetWatch(BudgetReport report, BreakerBoard breakers, IncidentLog incidents, ChainEngines engines, TimeProvider time, ILogger<BudgetWatch> logger)
{
    /// <summary>The kind of incident.</summary>
    public const string Kind = "budget_low";

    /// <summary>The kind of incident of a function that keeps failing.</summary>
    public const string Failing = "target_failing";

    /// <summary>So long after it last waited it counts as mended.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(30);

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

        await LookAtBreakersAsync(cancellation);
    }

    /// <summary>Functions that wait because they kept failing. Users that do are no incident: keys are free.</summary>
    private async Task LookAtBreakersAsync(CancellationToken cancellation)
    {
        var open = (await breakers.ReadAsync(cancellation)).Where(row => row.Key.Scope == BreakerScope.Function).ToArray();
        var now = time.GetUtcNow();
        foreach (var (chainId, key, state) in open.Where(row => row.State.IsOpen(now)))
        {
            var (target, selector) = ($"0x{key.Subject[..40]}", $"0x{key.Subject[40..]}");
            await incidents.RaiseAsync(
                new IncidentReport(
                    Failing, IncidentSeverity.Warning, chainId, Address.Parse(target),
                    $"Relays to {selector} of {target} keep failing on chain: {(key.IsKnown ? "known callers wait" : "anonymous callers wait")} until {state.OpenUntil:HH:mm:ss} UTC",
                    $"They passed the simulation and failed when they were mined, which was paid for: {state.Reason}. In this hour that cost {state.HourLost} wei. Somebody may be "
                    + "draining the relayer through this function: look at it, and take it from the policy or restrict who may call it. It is tried again by itself.",
                    Occurrence: selector),
                cancellation);
        }

        foreach (var (chainId, key) in await breakers.ReadCalmAsync(Calm, cancellation))
        {
            await incidents.ResolveAsync(
                IncidentReport.CauseOf(Failing, chainId, Address.Parse($"0x{key.Subject[..40]}"), $"0x{key.Subject[40..]}"), "It has not failed again.", cancellation);
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
