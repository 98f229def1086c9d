using System.Runtime.InteropServices;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Budgets;

/// <summary>The statements over <c>relay_budgets</c> and what relays hold of it.</summary>
/// <remarks>
/// Hours and days are the database's: instances whose clocks differ share one window. Each statement takes the rows in the order of their key, and
/// stands last in its transaction, so that two that need the same rows never wait for each other. A hold of an hour or a day that is over
/// has left its window with it.
/// </remarks>
internal static class BudgetSql
{
    private const string Hour = "date_trunc('hour', now(), 'UTC')";
    private const string Day = "date_trunc('day', now(), 'UTC')";

    /// <summary>The budgets that relays <c>r</c> hold something of, but for their users'.</summary>
    public static readonly string SharedKeys = $"""
        select {(int)BudgetScope.Chain}::smallint as scope, ''::bytea as subject
         union all select {(int)BudgetScope.Value}, ''
         union all select {(int)BudgetScope.Target}, r.budget_target
         union all select {(int)BudgetScope.Client}, convert_to(r.client, 'UTF8')
         union all select {(int)BudgetScope.Anonymous}, ''
        """;

    private static readonly string Keys = $"({SharedKeys} union all select {(int)BudgetScope.User}, r.\"from\")";

    /// <summary>The hour in which a relay <c>r</c> took what it holds.</summary>
    public const string HeldHour = "date_trunc('hour', r.held_at, 'UTC')";

    /// <summary>The day.</summary>
    public const string HeldDay = "date_trunc('day', r.held_at, 'UTC')";

    /// <summary>
    /// The rows of <c>sums</c>, taken in the order of their key. Nothing is joined to what this gives: to the planner each of these steps gives a
    /// few rows, and a join of two of them looks at every pair.
    /// </summary>
    private const string Locked = """
        select from relay_budgets b where (b.chain_id, b.scope, b.subject) in (select chain_id, scope, subject from sums)
        order by b.chain_id, b.scope, b.subject for no key update
        """;

    private const string IsSum = "(b.chain_id, b.scope, b.subject) = (s.chain_id, s.scope, s.subject) and (select count(*) from locked) > 0";

    /// <summary>
    /// What is summed for each budget. Of what was held, only the last hour and the last day count: a budget's own are never before them, and where they
    /// are later, everything that was held is of a window that is over.
    /// </summary>
    public const string Windows = "select d.*, max(d.hour) over w as last_hour, max(d.day) over w as last_day";

    private const string InHour = "(s.last_hour = b.hour_at)::int";
    private const string InDay = "(s.last_day = b.day_at)::int";

    /// <summary>Budgets of the rows <see cref="Windows"/>.</summary>
    public const string ByBudget = "group by d.chain_id, d.scope, d.subject, d.last_hour, d.last_day";

    /// <summary>What a relay <c>r</c> holds.</summary>
    public const string Held =
        "select r.id, r.transaction_id, r.chain_id, r.\"from\", r.budget_target, r.position, r.paid_gas, r.beside, r.held, r.held_at, r.held_in, r.client";

    /// <summary>Takes what is given to transactions that were reserved; the check refuses what is above, and with it the whole transaction.</summary>
    public static NpgsqlBatchCommand Hold(IReadOnlyList<RelayHold> holds)
    {
        // A transaction's requests share most of their budgets: one row for each.
        var sums = new Dictionary<HeldBudget, Wei>();
        foreach (var hold in holds)
        {
            foreach (var budget in hold.Budgets)
            {
                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, new HeldBudget(hold.Transaction, hold.ChainId, budget), out _);
                sum = RelayHold.Add(sum, hold.Amount);
            }
        }

        var all = sums.ToArray();
        return new NpgsqlBatchCommand($"""
            insert into relay_budgets as b (chain_id, scope, subject, hour_at, hour_held, hour_spent, hour_budget, day_at, day_held, day_spent, day_budget)
            select h.chain_id, h.scope, h.subject, {Hour}, sum(h.held), 0, max(h.hour_budget), {Day}, sum(h.held), 0, max(h.day_budget)
            from unnest($1, $2, $3, $4, $5, $6, $7) as h (transaction_id, chain_id, scope, subject, held, hour_budget, day_budget)
            where exists (select from transactions t where t.id = h.transaction_id)
            group by 1, 2, 3 order by 1, 2, 3
            on conflict (chain_id, scope, subject) do update set
                hour_at = greatest(b.hour_at, excluded.hour_at),
                hour_held = case when b.hour_at >= excluded.hour_at then b.hour_held else 0 end + excluded.hour_held,
                hour_spent = case when b.hour_at >= excluded.hour_at then b.hour_spent else 0 end,
                hour_budget = excluded.hour_budget,
                day_at = greatest(b.day_at, excluded.day_at),
                day_held = case when b.day_at >= excluded.day_at then b.day_held else 0 end + excluded.day_held,
                day_spent = case when b.day_at >= excluded.day_at then b.day_spent else 0 end,
                day_budget = excluded.day_budget
            """)
        {
            Parameters =
            {
                Columns.Ids(all.Select(held => held.Key.Transaction)),
                Columns.Longs(all.Select(held => held.Key.ChainId.Value)),
                Columns.Shorts(all.Select(held => (short)held.Key.Budget.Scope)),
                Columns.ManyBytes(all.Select(held => held.Key.Budget.Subject.ToArray())),
                Columns.Numbers(all.Select(held => held.Value)),
                Columns.Numbers(all.Select(held => held.Key.Budget.Limit.Hour)),
                Columns.Numbers(all.Select(held => held.Key.Budget.Limit.Day)),
            },
        };
    }

    /// <summary>
    /// A further attempt may cost more: what its relays hold is held anew, in the present hour and day. For an attempt that was not
    /// stored nothing changes. A noop's gas is below what the payload holds at the same price, so it takes more only at a much higher one.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="attempt">The hash of the attempt's bytes.</param>
    /// <param name="price">The most wei per gas that it offers.</param>
    /// <param name="noopGas">A noop's gas; <see langword="null"/> for the payload.</param>
    public static NpgsqlBatchCommand HoldAnew(Guid transaction, Hash32 attempt, Wei price, ulong? noopGas) => new($"""
        with carried as (
            {Held}, sum(r.held) over () as all_held from relays r
            where r.transaction_id = $1 and r.held > 0 and exists (select from attempts a where a.hash = $2)),
        raised as (
            select r.*, greatest(r.held, case when $4::bigint is null then r.paid_gas * $3 + r.beside else ceil($4 * $3 * r.held / r.all_held) end) as anew
            from carried r),
        noted as (
            update relays r set held = n.anew, held_at = now() from raised n where r.id = n.id and n.anew > n.held returning r.id),
        deltas as (
            select r.chain_id, k.scope, k.subject, {HeldHour} as hour, {HeldDay} as day, r.held, r.anew
            from raised r cross join lateral {Keys} k
            where r.anew > r.held and r.held_in & k.scope <> 0 and (select count(*) from noted) > 0),
        sums as (
            select d.chain_id, d.scope, d.subject, d.last_hour, d.last_day, sum(d.anew) as anew,
                sum(d.held) filter (where d.hour = d.last_hour) as in_hour, sum(d.held) filter (where d.day = d.last_day) as in_day
            from ({Windows} from deltas d window w as (partition by d.chain_id, d.scope, d.subject)) d {ByBudget}),
        locked as ({Locked})
        update relay_budgets b set
            hour_at = greatest(b.hour_at, {Hour}),
            hour_held = case when b.hour_at >= {Hour} then b.hour_held - s.in_hour * {InHour} else 0 end + s.anew,
            hour_spent = case when b.hour_at >= {Hour} then b.hour_spent else 0 end,
            day_at = greatest(b.day_at, {Day}),
            day_held = case when b.day_at >= {Day} then b.day_held - s.in_day * {InDay} else 0 end + s.anew,
            day_spent = case when b.day_at >= {Day} then b.day_spent else 0 end
        from sums s where {IsSum}
        """)
    {
        Parameters =
        {
            Columns.Id(transaction), Columns.Hash(attempt), Columns.Number(price), Columns.LongOrNull((long?)noopGas),
        },
    };

    /// <summary>How these budgets stand now; those that nothing was taken from are left out.</summary>
    public static NpgsqlBatchCommand Read(ChainId chainId, IReadOnlyList<Budget> budgets) => new($"""
        select b.scope, b.subject, {Standing}
        from unnest($2, $3) as k (scope, subject) join relay_budgets b on b.chain_id = $1 and b.scope = k.scope and b.subject = k.subject
        """)
    {
        Parameters =
        {
            Columns.Long(chainId.Value), Columns.Shorts(budgets.Select(budget => (short)budget.Scope)),
            Columns.ManyBytes(budgets.Select(budget => budget.Subject.ToArray())),
        },
    };

    /// <summary>All budgets of chains that are not one user's, as they stand now.</summary>
    public static NpgsqlBatchCommand ReadShared() => new($"""
        select b.scope, b.subject, {Standing}, b.chain_id, b.hour_budget, b.day_budget
        from relay_budgets b where b.scope <> {(int)BudgetScope.User} order by b.chain_id, b.scope, b.subject
        """);

    /// <summary>Notes that a request was refused for want of room.</summary>
    public static NpgsqlBatchCommand NoteRefusal(ChainId chainId, IReadOnlyList<Budget> budgets) => new("""
        with locked as (
            select b.ctid from relay_budgets b join unnest($2, $3) as k (scope, subject) on b.chain_id = $1 and b.scope = k.scope and b.subject = k.subject
            order by b.chain_id, b.scope, b.subject for no key update of b skip locked)
        update relay_budgets b set refused_at = now() from locked l where b.ctid = l.ctid
        """)
    {
        Parameters =
        {
            Columns.Long(chainId.Value), Columns.Shorts(budgets.Select(budget => (short)budget.Scope)),
            Columns.ManyBytes(budgets.Select(budget => budget.Subject.ToArray())),
        },
    };

    /// <summary>What is over of users that have been away is of no use any more.</summary>
    public static NpgsqlBatchCommand DeleteOld(int limit) => new($"""
        delete from relay_budgets where ctid = any(array(
            select ctid from relay_budgets where scope = {(int)BudgetScope.User} and day_at < now() - interval '2 days' limit $1 for update skip locked))
        """)
    {
        Parameters = { Columns.Int(limit) },
    };

    private const string Standing = $"""
        case when b.hour_at >= {Hour} then b.hour_held else 0 end, case when b.hour_at >= {Hour} then b.hour_spent else 0 end,
        case when b.day_at >= {Day} then b.day_held else 0 end, case when b.day_at >= {Day} then b.day_spent else 0 end, b.refused_at, now()
        """;
}

/// <summary>What a relay takes of its budgets, at the worst of what is signed for it.</summary>
/// <param name="Transaction">Its transaction.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Budgets">Its budgets.</param>
/// <param name="Amount">Wei.</param>
internal readonly record struct RelayHold(Guid Transaction, ChainId ChainId, IReadOnlyList<Budget> Budgets, Wei Amount)
{
    private static readonly Wei Most = new(UInt256.MaxValue);

    /// <summary>The same for a request that passed the rules.</summary>
    public static RelayHold Of(Admission.RelayCandidate candidate, Guid transaction, Wei price) =>
        new(transaction, candidate.Request.ChainId, candidate.Budgets, Add(price * candidate.PaidGas, candidate.Beside));

    /// <summary>The sum; what is above any number that there is stays at the highest, which is above any budget.</summary>
    public static Wei Add(Wei left, Wei right) => right > Most - left ? Most : left + right;

    /// <summary>Its budgets as the row has them.</summary>
    public short Scopes => (short)Budgets.Aggregate(BudgetScope.None, (all, budget) => all | budget.Scope);

    /// <summary>The subject of its target's budget, if it has one.</summary>
    public byte[]? Target => Budgets.FirstOrDefault(budget => budget.Scope == BudgetScope.Target)?.Subject.ToArray();
}

/// <summary>A budget of which a transaction holds something: the same where scope and subject are, whatever the limit.</summary>
file readonly record struct HeldBudget(Guid Transaction, ChainId ChainId, Budget Budget)
{
    public bool Equals(HeldBudget other) =>
        Transaction == other.Transaction && ChainId == other.ChainId && Budget.Scope == other.Budget.Scope
            && Budget.Subject.Span.SequenceEqual(other.Budget.Subject.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Transaction);
        hash.Add(Budget.Scope);
        hash.AddBytes(Budget.Subject.Span);
        return hash.ToHashCode();
    }
}
