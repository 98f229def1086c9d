using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Operations;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Reports;

/// <summary>Puts together what the council checks.</summary>
/// <remarks>Out of the records alone: no chain and no vault is asked, so it answers while they are unavailable, and says how old its figures are.</remarks>
/// <param name="options">The chains.</param>
/// <param name="database">The records.</param>
/// <param name="incidents">What a person should know of.</param>
/// <param name="pauses">What operators have stopped.</param>
/// <param name="time">The clock.</param>
public sealed class GasReport(RelayerOptions options, Database database, IncidentLog incidents, Pauses pauses, TimeProvider time)
{
    /// <summary>Days looked back on, today included.</summary>
    private const int Days = 30;

    private const int Newest = 10;

    /// <summary>Reads it.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<GasOverview> ReadAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        ChainId[] chains = [.. options.Chains.Values.Select(chain => new ChainId(chain.ChainId))];
        var (open, closed) = await incidents.ReadAsync(Newest, cancellation);
        var isPaused = await pauses.FindAsync(PauseScope.TopUps, cancellation) is not null;
        await using var connection = await database.OpenAsync(cancellation);
        var parts = new OverviewParts(
            await BalanceStore.ReadLatestAsync(connection, chains, cancellation),
            await OverviewStore.ReadPendingAsync(connection, chains, cancellation),
            await OverviewStore.ReadBooksAsync(connection, chains, cancellation),
            await SpendStore.ReadRatesAsync(connection, chains, now, cancellation),
            await SpendStore.ReadPricesAsync(connection, chains, now, cancellation),
            await OverviewStore.ReadToppedUpAsync(connection, chains, now.AddDays(-1), cancellation),
            await OverviewStore.ReadDepositsAsync(connection, chains, Newest, cancellation),
            await OverviewStore.ReadBalancesAsync(connection, chains, DayOf(now).AddDays(1 - Days), DayOf(now), cancellation),
            open,
            isPaused);
        var details = new List<ChainGas>();
        foreach (var (name, chain) in options.Chains)
        {
            var chainId = new ChainId(chain.ChainId);
            var topUps = await TopUpStore.ListAsync(
                connection, new TopUpQuery(chainId, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, long.MaxValue, Newest), cancellation);
            details.Add(parts.Assemble(name, chain, topUps));
        }

        var firstDay = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - Days);
        return new GasOverview(
            now, details, await OverviewStore.ReadDaysAsync(connection, chains, firstDay, cancellation),
            await OverviewStore.ReadTargetsAsync(connection, chains, firstDay, Newest * 2, cancellation), open, closed);
    }

    private static DateTimeOffset DayOf(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
