using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Records;

/// <summary>Removes what keepers wrote down and nobody needs any more, by age, portion by portion.</summary>
/// <remarks>
/// Nothing open or under way goes, nor what holds a part of a budget. What is read again of the chain's events is known by them
/// (<c>keeper_logs</c>), not by its work; and work that counts its subject's earlier pieces goes on counting (<c>keeper_swept</c>).
/// Several instances may sweep at once: each passes over what the other has locked.
/// </remarks>
internal sealed class KeeperSweeper(Database database, RelayerOptions options, TimeProvider time)
{
    /// <summary>Rows that one statement removes: it is over in a moment, and holds no lock for longer.</summary>
    internal const int Portion = 1_000;

    /// <summary>Portions of one kind in one sweep; what is left goes with the next, so that a backlog is no load.</summary>
    private const int MostPortions = 100;

    /// <summary>Removes what is older than is kept.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable; what is removed is removed.</exception>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - options.KeeperRecords.KeepFor;
        await using var connection = await database.OpenAsync(cancellation);
        foreach (var sql in KeeperSweepSql.All)
        {
            var removed = Portion;
            for (var i = 0; i < MostPortions && removed == Portion; i++)
            {
                await using var command = new NpgsqlCommand(sql, connection) { Parameters = { Columns.Time(before), Columns.Int(Portion) } };
                removed = Convert.ToInt32(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }
}
