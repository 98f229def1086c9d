using Npgsql;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Records;

/// <summary>The statements that tell relays how their transaction ended, or correct what they were told.</summary>
internal static class OutcomeSql
{
    /// <summary>Outcomes <c>o</c>, as <see cref="Tell"/> passes them.</summary>
    public const string Outcomes = "unnest($1, $2, $3, $4, $5, $6, $7) as o (id, transaction_id, state, success, reason, fee, again)";

    /// <summary>Only those that are still in the transaction that moved.</summary>
    public const string IsTold = $"r.id = o.id and r.transaction_id = o.transaction_id and r.state = {RelayStates.Accepted} and not r.waiting";

    /// <summary>What goes again keeps its share of what was spent without effect, and lets go of its transaction, which is over.</summary>
    public const string Told = """
        state = o.state, success = o.success, reason = o.reason, updated_at = $8, waiting = o.again,
            fee = case when o.again or (o.fee is null and r.fee_before = 0) then null else coalesce(o.fee, 0) + r.fee_before end,
            fee_before = case when o.again then r.fee_before + coalesce(o.fee, 0) else r.fee_before end,
            earlier_transactions = case when o.again then r.earlier_transactions || r.transaction_id else r.earlier_transactions end
        """;

    /// <summary>How relays stand in transactions that are not over yet.</summary>
    public static NpgsqlBatchCommand Update(IReadOnlyList<RelayOutcome> outcomes, DateTimeOffset now) =>
        Tell(outcomes, now, $"update relays r set {Told} from {Outcomes} where {IsTold}");

    /// <summary>A statement over outcomes.</summary>
    public static NpgsqlBatchCommand Tell(IReadOnlyList<RelayOutcome> outcomes, DateTimeOffset now, string sql) => new(sql)
    {
        Parameters =
        {
            Columns.ManyBytes(outcomes.Select(outcome => outcome.Id.ToArray())),
            Columns.Ids(outcomes.Select(outcome => outcome.TransactionId)),
            Columns.Enums(outcomes.Select(outcome => outcome.State)),
            Columns.Flags(outcomes.Select(outcome => outcome.Success)),
            Columns.Texts(outcomes.Select(outcome => outcome.Reason)),
            Columns.Numbers(outcomes.Select(outcome => outcome.Fee)),
            Columns.Flags(outcomes.Select(outcome => (bool?)outcome.GoesAgain)),
            Columns.Time(now),
        },
    };

    /// <summary>
    /// Puts right how relays stand whose transaction was thought displaced and is in a block after all. One that it carried out has ended so, whatever was
    /// told before; what it cost counts in any case. One that has another transaction by now ends with that, and so does one whose nonce a newer request holds.
    /// </summary>
    public static NpgsqlBatchCommand Correct(IReadOnlyList<RelayOutcome> outcomes, DateTimeOffset now) => Tell(outcomes, now, $"""
        update relays r set
            state = case when o.again then r.state else o.state end, success = case when o.again then r.success else o.success end,
            reason = case when o.again then r.reason else o.reason end, waiting = r.waiting and o.again, updated_at = $8,
            fee = case when o.again and r.waiting then r.fee else coalesce(o.fee, 0) + r.fee_before end,
            fee_before = case when o.again then r.fee_before + coalesce(o.fee, 0) else r.fee_before end
        from {Outcomes}
        where r.id = o.id and r.transaction_id = o.transaction_id and (r.waiting or r.state in ({RelayStates.Failed}, {RelayStates.Expired}))
            and not exists (
                select from relays n where n.chain_id = r.chain_id and n.forwarder = r.forwarder and n."from" = r."from" and n.nonce = r.nonce
                    and n.id <> r.id and not n.freed)
        """);
}
