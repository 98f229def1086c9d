using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Providers.Pool;

/// <summary>How providers were over time, and from where that was seen. Append-only; what is old goes.</summary>
/// <remarks>Each instance writes what it saw itself: a provider that one region cannot reach may be well in another.</remarks>
/// <param name="options">The chains, and how this instance is called.</param>
/// <param name="chains">Their clients.</param>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
public sealed class ProviderObservations(RelayerOptions options, IChainClientFactory chains, Database database, TimeProvider time)
{
    /// <summary>How long observations are kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>What nobody has observed for so long is not listed.</summary>
    public static readonly TimeSpan ListedFor = TimeSpan.FromHours(1);

    // A sweep in portions: no statement holds the table for long.
    private const int Portion = 5_000;

    /// <summary>Looks at every provider of every chain and writes down what was seen.</summary>
    /// <returns>How many observations that were.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<int> RecordAsync(CancellationToken cancellation)
    {
        var seen = await Task.WhenAll(options.Chains.Values.Select(async chain =>
        {
            var id = new ChainId(chain.ChainId);
            var reports = await chains.Get(id).ObserveProvidersAsync(cancellation);
            return reports.Select(report => (Chain: id, Report: report));
        }));
        (ChainId Chain, ProviderReport Report)[] all = [.. seen.SelectMany(reports => reports)];
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            insert into provider_observations (at, chain_id, provider, observed_from, state, head, lag, latency_ms, error_rate)
            select $1, chain_id, provider, $2, state, head, lag, latency_us / 1000.0, error_ppm / 1000000.0
            from unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
                as seen (chain_id, provider, state, head, lag, latency_us, error_ppm)
            """,
            connection);
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        command.Parameters.Add(Columns.Text(options.ObservedFrom));
        command.Parameters.Add(Columns.Longs(all.Select(one => one.Chain.Value)));
        command.Parameters.Add(Columns.Texts(all.Select(one => one.Report.Name)));
        command.Parameters.Add(Columns.Texts(all.Select(one => one.Report.State.ToString())));
        command.Parameters.Add(Columns.Longs(all.Select(one => one.Report.Head)));
        command.Parameters.Add(Columns.Longs(all.Select(one => one.Report.Lag)));
        command.Parameters.Add(Columns.Longs(all.Select(one => (long?)one.Report.Latency?.TotalMicroseconds)));
        command.Parameters.Add(Columns.Longs(all.Select(one => (long)(one.Report.ErrorRate * 1_000_000))));
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The newest observation of each provider from each instance.</summary>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<ProviderObservation>> ReadNewestAsync(int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select distinct on (chain_id, provider, observed_from)
                at, chain_id, provider, observed_from, state, head, lag, latency_ms, error_rate
            from provider_observations where at > $1
            order by chain_id, provider, observed_from, at desc limit $2
            """,
            connection);
        command.Parameters.Add(Columns.Time(time.GetUtcNow() - ListedFor));
        command.Parameters.Add(Columns.Int(limit));
        return await command.ReadListAsync(Read, cancellation);
    }

    /// <summary>Removes what is older than <see cref="KeptFor"/>.</summary>
    /// <returns>How many went.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        var removed = 0;
        int last;
        do
        {
            await using var command = new NpgsqlCommand(
                """
                delete from provider_observations
                where id in (select id from provider_observations where at < $1 order by at limit $2)
                """,
                connection);
            command.Parameters.Add(Columns.Time(time.GetUtcNow() - KeptFor));
            command.Parameters.Add(Columns.Int(Portion));
            last = await command.ExecuteNonQueryAsync(cancellation);
            removed += last;
        }
        while (last == Portion);

        return removed;
    }

    private static ProviderObservation Read(NpgsqlDataReader row)
    {
        var latency = row.IsDBNull(7) ? (TimeSpan?)null : TimeSpan.FromMilliseconds(row.GetDouble(7));
        var report = new ProviderReport(
            row.GetString(2),
            Enum.TryParse<ProviderState>(row.GetString(4), out var state) ? state : ProviderState.Unknown,
            row.IsDBNull(5) ? null : row.GetInt64(5),
            row.IsDBNull(6) ? null : row.GetInt64(6),
            latency,
            row.GetDouble(8));
        return new ProviderObservation(row.GetTime(0), new ChainId(row.GetInt64(1)), row.GetString(3), report);
    }
}

/// <summary>How a provider was at a time, seen from somewhere.</summary>
/// <param name="At">When.</param>
/// <param name="Chain">Whose provider.</param>
/// <param name="From">The instance that looked.</param>
/// <param name="Report">What it saw.</param>
public sealed record ProviderObservation(DateTimeOffset At, ChainId Chain, string From, ProviderReport Report);
