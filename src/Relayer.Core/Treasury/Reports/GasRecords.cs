using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Reports;

/// <summary>The records behind the council's overview, page by page.</summary>
/// <param name="options">The chains.</param>
/// <param name="database">The records.</param>
public sealed class GasRecords(RelayerOptions options, Database database)
{
    /// <summary>The configured chains.</summary>
    public IReadOnlyList<ChainId> Chains { get; } = [.. options.Chains.Values.Select(chain => new ChainId(chain.ChainId))];

    /// <summary>Sums of the spend ledger, in the order of their keys.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<SpendRow>> ReadSpendAsync(SpendQuery query, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await SpendQueryStore.ReadAsync(connection, query, cancellation);
    }

    /// <summary>Transfers from the council's wallet, newest first.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<TopUp>> ReadTopUpsAsync(TopUpQuery query, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await TopUpStore.ListAsync(connection, query, cancellation);
    }

    /// <summary>Balances, newest first.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<HistoryRow>> ReadHistoryAsync(HistoryQuery query, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await HistoryStore.ReadAsync(connection, query, cancellation);
    }
}
