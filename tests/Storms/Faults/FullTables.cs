using Npgsql;
using Storms.Workloads;

namespace Storms.Faults;

/// <summary>
/// Where nothing can be mounted: the server itself refuses every write to the relayer's tables with 53100, in the words and with the
/// code of a full disk, and the transaction around it fails as it would.
/// </summary>
internal sealed class FullTables(RelayerUnderTest relayer) : IAsyncDisposable
{
    private static readonly string[] Tables = ["transactions", "attempts", "relays", "quota_usage"];

    public static async Task<FullTables> BeginAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await ExecuteAsync(
            relayer,
            """
            create or replace function disk_is_full() returns trigger language plpgsql as $$
            begin
                raise exception 'could not extend file "base/1/2": No space left on device' using errcode = 'disk_full', hint = 'Check free disk space.';
            end $$;
            """ + string.Concat(Tables.Select(table =>
                $"create trigger full_disk before insert or update on {table} for each row execute function disk_is_full();")),
            cancellation);
        return new FullTables(relayer);
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync(
        relayer, string.Concat(Tables.Select(table => $"drop trigger full_disk on {table};")), CancellationToken.None);

    private static async Task ExecuteAsync(RelayerUnderTest relayer, string sql, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
