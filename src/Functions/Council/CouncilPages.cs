using System.Text;
using Functions.Bounds;
using Functions.Keepers;
using Functions.Treasury;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Treasury.Reports;

namespace Functions.Council;

/// <summary>The page of what <c>GET /api/gas</c> and <c>GET /api/keepers</c> tell now: made anew when either of them is, and no sooner.</summary>
/// <param name="report">The figures of gas.</param>
/// <param name="budgets">What relays may still cost.</param>
/// <param name="keepers">Those of the keepers.</param>
/// <param name="reads">Keeps them.</param>
public sealed class CouncilPages(GasReport report, BudgetReport budgets, KeeperReports keepers, PublicReads reads)
{
    private Page? _last;

    /// <summary>The page.</summary>
    /// <exception cref="CapacityException">Too many reads wait.</exception>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable.</exception>
    public async Task<IResult> GetAsync(CancellationToken cancellation)
    {
        var gas = await GasFunctions.ReadAsync(reads, report, budgets, cancellation);
        var standings = await KeeperFunctions.ReadAsync(reads, keepers, cancellation);
        if (Volatile.Read(ref _last) is { } last && last.Gas == gas && last.Keepers == standings)
        {
            return last.Answer;
        }

        var html = CouncilPage.Render(gas.Value, standings.Value).Text;
        var page = new Page(gas, standings, new CouncilPageAnswer(Encoding.UTF8.GetBytes(html), reads.KeptFor));
        Volatile.Write(ref _last, page);
        return page.Answer;
    }

    private sealed record Page(PublicJson<GasAnswer> Gas, PublicJson<KeepersAnswer> Keepers, CouncilPageAnswer Answer);
}
