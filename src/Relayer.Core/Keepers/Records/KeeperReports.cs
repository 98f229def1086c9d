using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Operations;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Records;

/// <summary>What the keepers did, for people.</summary>
/// <param name="registry">What is configured.</param>
/// <param name="database">The records.</param>
/// <param name="pauses">What operators stopped.</param>
/// <param name="time">The clock.</param>
public sealed class KeeperReports(KeeperRegistry registry, Database database, Pauses pauses, TimeProvider time)
{
    private const string Totals = """
        select t.decision, t.reason, t.count, d.at, d.subject, d.detail
        from (
            select decision, reason, count(*), max(id) as newest from keeper_decisions
            where keeper = $1 and chain_id = $2 and at >= $3 group by decision, reason) as t
        join keeper_decisions d on d.id = t.newest
        order by t.newest desc
        """;

    private const string Budgets = """
        select l.lane, coalesce(b.held, 0), coalesce(b.spent, 0), k.open_until
        from unnest($4::text[]) as l (lane)
        left join keeper_budgets b on (b.keeper, b.chain_id, b.lane, b.day) = ($1, $2, l.lane, $3)
        left join keeper_breakers k on (k.keeper, k.chain_id, k.lane) = ($1, $2, l.lane) and k.open_until > $5
        order by l.lane
        """;

    private const string State = $"""
        select (select last_run_at from keepers where keeper = $1 and chain_id = $2),
            (select last_outcome from keepers where keeper = $1 and chain_id = $2),
            (select count(*) from keeper_work where keeper = $1 and chain_id = $2 and state = {WorkStates.Open}),
            (select count(*) from keeper_work where keeper = $1 and chain_id = $2 and state = {WorkStates.Sent})
        """;

    private const string Runs = """
        select id, chain_id, started_at, ended_at, outcome, found, due, skipped, sent, detail
        from keeper_runs where keeper = $1 and ($2 = 0 or chain_id = $2) and id < $3 order by id desc limit $4
        """;

    private const string Decisions = """
        select d.id, d.chain_id, d.at, d.work_id, d.subject, d.decision, d.reason, d.detail, d.transaction_id, t.hash
        from keeper_decisions d left join transactions t on t.id = d.transaction_id
        where d.keeper = $1 and ($2 = 0 or d.chain_id = $2) and d.id < $3 order by d.id desc limit $4
        """;

    /// <summary>Every configured keeper as it stands.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<KeeperStanding>> ListAsync(CancellationToken cancellation)
    {
        var paused = (await pauses.ListAsync(cancellation)).Select(pause => pause.Scope).ToHashSet();
        await using var connection = await database.OpenAsync(cancellation);
        var standings = new List<KeeperStanding>();
        foreach (var keeper in registry.All)
        {
            standings.Add(await ReadAsync(connection, keeper, paused.Contains(PauseScope.Keeper(keeper.Name)), cancellation));
        }

        return standings;
    }

    /// <summary>A keeper's runs that met something, newest first.</summary>
    /// <param name="keeper">Its name.</param>
    /// <param name="chainId">Only this chain; <see langword="null"/> for all.</param>
    /// <param name="before">Only those before this id.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<RunRow>> RunsAsync(
        string keeper, ChainId? chainId, long before, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Page(connection, Runs, keeper, chainId, before, limit);
        return await command.ReadListAsync(row => new RunRow(
            row.GetInt64(0), new ChainId(row.GetInt64(1)), row.GetTime(3), new RunRecord(
                row.GetTime(2), row.GetString(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetTextOrNull(9))),
            cancellation);
    }

    /// <summary>A keeper's decisions, newest first; as <see cref="RunsAsync"/>.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<DecisionRow>> DecisionsAsync(
        string keeper, ChainId? chainId, long before, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = Page(connection, Decisions, keeper, chainId, before, limit);
        return await command.ReadListAsync(row => new DecisionRow(
            row.GetInt64(0), new ChainId(row.GetInt64(1)), row.GetTime(2), row.GetHashOrNull(3), row.GetString(4), row.GetString(5),
            row.GetString(6), row.GetTextOrNull(7), row.IsDBNull(8) ? null : row.GetGuid(8), row.GetHashOrNull(9)), cancellation);
    }

    private static NpgsqlCommand Page(NpgsqlConnection connection, string sql, string keeper, ChainId? chainId, long before, int limit) =>
        new(sql, connection)
        {
            Parameters = { Columns.Text(keeper), Columns.Long(chainId?.Value ?? 0), Columns.Long(before), Columns.Int(limit) },
        };

    private async Task<KeeperStanding> ReadAsync(
        NpgsqlConnection connection, IKeeper keeper, bool isPaused, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (lastRunAt, lastOutcome, open, sent) = await StateAsync(connection, keeper, cancellation);
        var reasons = await ReasonsAsync(connection, keeper, now, cancellation);
        var lanes = await LanesAsync(connection, keeper, now, cancellation);
        return new KeeperStanding(keeper.Name, keeper.ChainId, isPaused, lastRunAt, lastOutcome, open, sent, reasons, lanes);
    }

    private static async Task<(DateTimeOffset?, string?, long, long)> StateAsync(
        NpgsqlConnection connection, IKeeper keeper, CancellationToken cancellation)
    {
        await using var command = KeeperStore.Command(connection, State, keeper.Name, keeper.ChainId);
        return await command.ReadSingleAsync(
            row => (row.GetTimeOrNull(0), row.GetTextOrNull(1), row.GetInt64(2), row.GetInt64(3)), cancellation);
    }

    private static async Task<IReadOnlyList<ReasonStanding>> ReasonsAsync(
        NpgsqlConnection connection, IKeeper keeper, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = KeeperStore.Command(connection, Totals, keeper.Name, keeper.ChainId);
        command.Parameters.Add(Columns.Time(now - TimeSpan.FromDays(1)));
        return await command.ReadListAsync(row => new ReasonStanding(
            row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetTime(3), row.GetString(4), row.GetTextOrNull(5)), cancellation);
    }

    private static async Task<IReadOnlyList<LaneStanding>> LanesAsync(
        NpgsqlConnection connection, IKeeper keeper, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = KeeperStore.Command(connection, Budgets, keeper.Name, keeper.ChainId);
        command.Parameters.Add(Columns.Day(DateOnly.FromDateTime(now.UtcDateTime)));
        command.Parameters.Add(Columns.Texts(keeper.Lanes.Keys));
        command.Parameters.Add(Columns.Time(now));
        return await command.ReadListAsync(
            row => new LaneStanding(keeper.Lanes[row.GetString(0)], row.GetWei(1), row.GetWei(2), row.GetTimeOrNull(3)), cancellation);
    }
}

/// <summary>A keeper as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="IsPaused">An operator stopped it.</param>
/// <param name="LastRunAt">When it last ran, anywhere.</param>
/// <param name="LastOutcome">How that went.</param>
/// <param name="Open">Work that waits.</param>
/// <param name="UnderWay">Work that a transaction is under way for.</param>
/// <param name="Reasons">Decisions of the last 24 hours, by kind and reason, the newest first.</param>
/// <param name="Lanes">Its lanes.</param>
public sealed record KeeperStanding(
    string Name, ChainId ChainId, bool IsPaused, DateTimeOffset? LastRunAt, string? LastOutcome, long Open, long UnderWay,
    IReadOnlyList<ReasonStanding> Reasons, IReadOnlyList<LaneStanding> Lanes)
{
    /// <summary>Decisions of the last 24 hours, by kind.</summary>
    public IReadOnlyDictionary<string, long> LastDay { get; } =
        Reasons.GroupBy(reason => reason.Decision).ToDictionary(kind => kind.Key, kind => kind.Sum(reason => reason.Count));
}

/// <summary>How often something was decided for one reason.</summary>
/// <param name="Decision">As in <see cref="DecisionRow"/>.</param>
/// <param name="Reason">One of <see cref="KeeperReasons"/>, or of the keeper's own.</param>
/// <param name="Count">How often.</param>
/// <param name="LastAt">When last.</param>
/// <param name="LastSubject">About what, that time.</param>
/// <param name="LastDetail">More about that time, for people.</param>
public sealed record ReasonStanding(string Decision, string Reason, long Count, DateTimeOffset LastAt, string LastSubject, string? LastDetail);

/// <summary>A lane as it stands today (UTC).</summary>
/// <param name="Limits">What it may do.</param>
/// <param name="Held">The most that what is under way can cost, in wei.</param>
/// <param name="Spent">What was lost, in wei.</param>
/// <param name="BreakerOpenUntil">It stands still until then.</param>
public sealed record LaneStanding(KeeperLimits Limits, Wei Held, Wei Spent, DateTimeOffset? BreakerOpenUntil);

/// <summary>A recorded run.</summary>
/// <param name="Id">Its place; later runs have higher ones.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Run">How it went.</param>
public sealed record RunRow(long Id, ChainId ChainId, DateTimeOffset EndedAt, RunRecord Run);

/// <summary>A recorded decision.</summary>
/// <param name="Id">Its place; later ones have higher ones.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="At">When.</param>
/// <param name="WorkId">About which work; <see langword="null"/> when there was none yet.</param>
/// <param name="Subject">The same, for people.</param>
/// <param name="Decision"><c>found</c>, <c>skipped</c>, <c>sent</c>, <c>won</c>, <c>lost</c>, <c>failed</c> or <c>dropped</c>.</param>
/// <param name="Reason">One of <see cref="KeeperReasons"/>.</param>
/// <param name="Detail">More, for people.</param>
/// <param name="TransactionId">The transaction in the ledger.</param>
/// <param name="TransactionHash">Its hash, once mined.</param>
public sealed record DecisionRow(
    long Id, ChainId ChainId, DateTimeOffset At, Hash32? WorkId, string Subject, string Decision, string Reason, string? Detail,
    Guid? TransactionId, Hash32? TransactionHash);
