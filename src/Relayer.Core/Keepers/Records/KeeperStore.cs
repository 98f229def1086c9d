using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Records;

/// <summary>The keepers' records: work, decisions and runs. Every change of work is a compare-and-set.</summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
public sealed class KeeperStore(Database database, TimeProvider time)
{
    /// <summary>Records work that is not known yet.</summary>
    /// <returns>How much was new.</returns>
    public async Task<int> AddAsync(string keeper, ChainId chainId, IReadOnlyList<FoundWork> found, CancellationToken cancellation)
    {
        if (found.Count == 0)
        {
            return 0;
        }

        await using var connection = await database.OpenAsync(cancellation);
        return await AddAsync(connection, keeper, chainId, found, cancellation);
    }

    /// <summary>The same, in the transaction of <paramref name="connection"/>.</summary>
    public async Task<int> AddAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, IReadOnlyList<FoundWork> found, CancellationToken cancellation)
    {
        // In the order of the ids, so that two instances that find the same do not wait for each other in a circle.
        FoundWork[] once = [.. found.DistinctBy(work => work.Id).OrderBy(work => work.Id.ToString(), StringComparer.Ordinal)];
        await using var command = Command(connection, KeeperSql.AddFound, keeper, chainId);
        command.Parameters.Add(Columns.ManyBytes(once.Select(work => work.Id.ToArray())));
        command.Parameters.Add(Columns.Texts(once.Select(work => work.Lane)));
        command.Parameters.Add(Columns.Texts(once.Select(work => work.Subject)));
        command.Parameters.Add(Columns.Texts(once.Select(work => work.Details)));
        command.Parameters.Add(Columns.Times(once.Select(work => work.DueAt)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Open work whose time has come, the longest due first.</summary>
    public async Task<IReadOnlyList<KeeperWork>> ReadDueAsync(
        string keeper, ChainId chainId, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.ReadDue, keeper, chainId);
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        command.Parameters.Add(Columns.Int(limit));
        return await command.ReadListAsync(Read, cancellation);
    }

    /// <summary>Work that transactions are under way for.</summary>
    internal async Task<IReadOnlyList<KeeperWork>> ReadOfTransactionsAsync(
        string keeper, IEnumerable<Guid> transactions, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(KeeperSql.ReadOfTransactions, connection);
        command.Parameters.Add(Columns.Ids(transactions));
        command.Parameters.Add(Columns.Text(keeper));
        return await command.ReadListAsync(Read, cancellation);
    }

    /// <summary>Carries decisions out; one about work that moved meanwhile is void.</summary>
    public async Task DecideAsync(
        string keeper, ChainId chainId, IReadOnlyList<(KeeperWork Work, Decision Decision)> decisions, CancellationToken cancellation)
    {
        if (decisions.Count > 0)
        {
            await using var connection = await database.OpenAsync(cancellation);
            await DecideAsync(connection, keeper, chainId, decisions, cancellation);
        }
    }

    internal async Task DecideAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, IReadOnlyList<(KeeperWork Work, Decision Decision)> decisions,
        CancellationToken cancellation)
    {
        var rows = decisions.OrderBy(item => item.Work.Id.ToString(), StringComparer.Ordinal).Select(item => Row(item.Work, item.Decision)).ToArray();
        await using var command = Command(connection, KeeperSql.Decide, keeper, chainId);
        command.Parameters.Add(Columns.ManyBytes(rows.Select(row => row.Id.ToArray())));
        command.Parameters.Add(Columns.Ints(rows.Select(row => row.Version)));
        command.Parameters.Add(Columns.Enums(rows.Select(row => row.State)));
        command.Parameters.Add(Columns.Texts(rows.Select(row => row.Reason)));
        command.Parameters.Add(Columns.Texts(rows.Select(row => row.Detail)));
        command.Parameters.Add(Columns.Times(rows.Select(row => row.DueAt)));
        command.Parameters.Add(Columns.Flags(rows.Select(row => (bool?)row.IsAttempt)));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Records why something was not even found, once as long as the reason stays.</summary>
    public async Task NoteAsync(string keeper, ChainId chainId, string subject, string reason, string? detail, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.Note, keeper, chainId);
        command.Parameters.Add(Columns.Text(subject));
        command.Parameters.Add(Columns.Text(reason));
        command.Parameters.Add(Columns.TextOrNull(detail));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>When each subject's work was given up last; those of which none was are left out.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadFailuresAsync(
        string keeper, ChainId chainId, IReadOnlyList<string> subjects, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.ReadFailures, keeper, chainId);
        command.Parameters.Add(Columns.Texts(subjects));
        return await command.ReadDictionaryAsync(row => row.GetString(0), row => row.GetTime(1), cancellation);
    }

    /// <summary>How much work each subject had that was over at a time: before whoever asks began to look.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountEndedAsync(
        string keeper, ChainId chainId, IReadOnlyList<string> subjects, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.CountEnded, keeper, chainId);
        command.Parameters.Add(Columns.Texts(subjects));
        command.Parameters.Add(Columns.Time(before));
        return await command.ReadDictionaryAsync(row => row.GetString(0), row => row.GetInt64(1), cancellation);
    }

    /// <summary>Begins a run.</summary>
    /// <returns>The run, and how the one before ended.</returns>
    internal async Task<(KeeperRun Run, string? LastOutcome)> BeginAsync(string keeper, ChainId chainId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.Begin, keeper, chainId);
        command.Parameters.Add(Columns.Time(now));
        return (new KeeperRun(now), (string?)await command.ExecuteScalarAsync(cancellation));
    }

    /// <summary>Ends a run; it is told when something was met, or when it ended otherwise than the one before.</summary>
    internal async Task FinishAsync(string keeper, ChainId chainId, RunRecord run, string? lastOutcome, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.Finish, keeper, chainId);
        command.Parameters.Add(Columns.Time(run.StartedAt));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        command.Parameters.Add(Columns.Text(run.Outcome));
        command.Parameters.Add(Columns.Int(run.Found));
        command.Parameters.Add(Columns.Int(run.Due));
        command.Parameters.Add(Columns.Int(run.Skipped));
        command.Parameters.Add(Columns.Int(run.Sent));
        command.Parameters.Add(Columns.TextOrNull(run.Detail));
        command.Parameters.Add(Columns.Flag(run.Found + run.Due > 0 || run.Outcome != lastOutcome));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The lanes that stand still, and until when.</summary>
    internal async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadBreakersAsync(
        string keeper, ChainId chainId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Command(connection, KeeperSql.ReadBreakers, keeper, chainId);
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        return await command.ReadDictionaryAsync(row => row.GetString(0), row => row.GetTime(1), cancellation);
    }

    internal static NpgsqlCommand Command(NpgsqlConnection connection, string sql, string keeper, ChainId chainId)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(Columns.Text(keeper));
        command.Parameters.Add(Columns.Long(chainId.Value));
        return command;
    }

    private static KeeperWork Read(NpgsqlDataReader row) => new(
        new FoundWork(row.GetHash(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetTime(4)), row.GetInt32(5), row.GetInt32(6),
        row.GetTime(7), row.GetString(8), row.IsDBNull(9) ? null : row.GetGuid(9));

    private static DecisionRow Row(KeeperWork work, Decision decision) => decision switch
    {
        Decision.Wait wait => new(work.Id, work.Version, WorkState.Open, wait.Reason, wait.Detail, wait.Until, wait.IsAttempt),
        Decision.End end => new(work.Id, work.Version, end.State, end.Reason, end.Detail, null, false),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private readonly record struct DecisionRow(
        Hash32 Id, int Version, WorkState State, string Reason, string? Detail, DateTimeOffset? DueAt, bool IsAttempt);
}

/// <summary>How a run went.</summary>
/// <param name="StartedAt">When it began.</param>
/// <param name="Outcome"><c>done</c>, <c>paused</c>, <c>unavailable</c>, <c>chain_stalled</c> or <c>failed</c>.</param>
/// <param name="Found">New work.</param>
/// <param name="Due">Work looked at.</param>
/// <param name="Skipped">Work not acted on.</param>
/// <param name="Sent">Transactions sent.</param>
/// <param name="Detail">For people.</param>
public sealed record RunRecord(DateTimeOffset StartedAt, string Outcome, int Found, int Due, int Skipped, int Sent, string? Detail = null);
