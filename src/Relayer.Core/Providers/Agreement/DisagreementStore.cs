using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Providers.Agreement;

/// <summary>The rows behind <see cref="DisagreementLog"/>: added, never changed.</summary>
internal static class DisagreementStore
{
    /// <summary>The most rows for a chain in an hour, in a day, and in all: what a provider can have written by lying has an end.</summary>
    public const int MostAnHour = 100;
    public const int MostADay = 500;
    public const int Most = 100_000;

    private const int LongestText = 1_000;

    private const string AddSql = """
        insert into provider_disagreements (at, chain_id, what, subject, height, provider, operator, said, believed, observed_from)
        select $1, $2, s.what, s.subject, s.height, s.provider, s.operator, s.said, s.believed, $3
        from unnest($4::text[], $5::bytea[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::boolean[])
            with ordinality as s (what, subject, height, provider, operator, said, believed, place)
        where s.place <= least(
            $11 - (select count(*) from provider_disagreements where chain_id = $2 and at > $1 - interval '1 hour'),
            $12 - (select count(*) from provider_disagreements where chain_id = $2 and at > $1 - interval '1 day'),
            $13 - (select count(*) from (select from provider_disagreements where chain_id = $2 limit $13) known))
        on conflict do nothing
        """;

    private const string ListSql = """
        select id, at, chain_id, what, subject, height, provider, operator, said, believed, observed_from
        from provider_disagreements where id < $1 order by id desc limit $2
        """;

    public static async Task AddAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<Disagreement> found, string observedFrom, DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = found.SelectMany(one => one.Statements.Select(statement => (About: one, statement.Provider, statement.Operator, statement.Said, statement.IsBelieved))).ToArray();
        await using var command = new NpgsqlCommand(AddSql, connection)
        {
            Parameters =
            {
                Columns.Time(now),
                Columns.Long(chainId.Value),
                Columns.Text(observedFrom),
                Columns.Texts(rows.Select(row => NameOf(row.About.What))),
                Columns.ManyBytes(rows.Select(row => row.About.Subject.ToArray())),
                Columns.Longs(rows.Select(row => row.About.Height)),
                Columns.Texts(rows.Select(row => row.Provider)),
                Columns.Texts(rows.Select(row => row.Operator)),
                Columns.Texts(rows.Select(row => row.Said.Length > LongestText ? row.Said[..LongestText] : row.Said)),
                Columns.Flags(rows.Select(row => (bool?)row.IsBelieved)),
                Columns.Int(MostAnHour),
                Columns.Int(MostADay),
                Columns.Int(Most),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<IReadOnlyList<KeptStatement>> ListAsync(NpgsqlConnection connection, long before, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ListSql, connection) { Parameters = { Columns.Long(before), Columns.Int(limit) } };
        return await command.ReadListAsync(
            row => new KeptStatement(
                row.GetInt64(0), row.GetTime(1), new ChainId(row.GetInt64(2)), row.GetString(3), row.GetFieldValue<byte[]>(4), row.GetInt64(5),
                new Statement(row.GetString(6), row.GetString(7), row.GetString(8), row.GetBoolean(9)), row.GetString(10)),
            cancellation);
    }

    private static string NameOf(DisagreementKind kind) => kind switch
    {
        DisagreementKind.Block => "block",
        DisagreementKind.Place => "place",
        DisagreementKind.Receipt => "receipt",
        _ => "account",
    };
}

/// <summary>What one provider said where another said otherwise, as it is kept.</summary>
/// <param name="Id">Its number.</param>
/// <param name="At">When it was noticed.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="What"><c>block</c>, <c>place</c>, <c>receipt</c> or <c>account</c>.</param>
/// <param name="Subject">The transaction or the account; empty where it is a block.</param>
/// <param name="Height">The block's height.</param>
/// <param name="Statement">Who said what.</param>
/// <param name="ObservedFrom">The instance that asked.</param>
public sealed record KeptStatement(
    long Id, DateTimeOffset At, ChainId ChainId, string What, ReadOnlyMemory<byte> Subject, long Height, Statement Statement, string ObservedFrom);
