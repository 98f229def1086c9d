using Load;
using Npgsql;
using Storms.Workloads;

namespace Storms.Soak;

/// <summary>One reading while it soaks.</summary>
/// <param name="At">Time since the load began.</param>
/// <param name="Accepted">Relays accepted so far.</param>
/// <param name="Answer">POST to answer since the reading before.</param>
/// <param name="CpuPerRelay">The app's CPU time for each relay since the reading before.</param>
/// <param name="Memory">In RAM, and alive on the heap after a full collection.</param>
/// <param name="TableBytes">The relayer's tables and indexes.</param>
internal sealed record SoakSample(
    TimeSpan At, int Accepted, Quantiles Answer, TimeSpan CpuPerRelay, MemoryReading Memory, long TableBytes)
{
    public long BytesPerRelay => TableBytes / Math.Max(1, Accepted);

    /// <summary>The size of everything in the database's own schema.</summary>
    public static async Task<long> ReadTablesAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select sum(pg_total_relation_size(oid))::bigint from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
