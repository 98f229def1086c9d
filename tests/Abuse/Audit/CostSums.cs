using System.Numerics;
using Abuse.World;
using DevChain;
using Relayer.Core.Ethereum;
using Storms.Audit;
using Storms.Workloads;

namespace Abuse.Audit;

/// <summary>A relay with what it was charged, by the hour and the day in which it was last held.</summary>
internal sealed record ChargedRelay(
    Hash32 Id, Address From, Address To, bool CarriesValue, BigInteger Charged, DateTime Hour, DateTime Day, Guid Transaction, bool WentAgain, bool IsKnown);

/// <summary>What relays cost, added up anew from the chain and compared with what is configured.</summary>
/// <param name="Relays">Every relay.</param>
/// <param name="Taken">What the signers of relays have less than at the beginning, whatever the app says.</param>
internal sealed record CostSums(IReadOnlyList<ChargedRelay> Relays, BigInteger Taken)
{
    public static async Task<CostSums> ReadAsync(Field field, CancellationToken cancellation)
    {
        var (relayer, payers) = (field.Relayer, field.Payers.ToArray());
        await using var connection = await relayer.OpenAsync(cancellation);
        var relays = await Rows.ReadAsync(
            connection,
            """
            select id, "from", "to", value > 0, coalesce(charged, 0), date_trunc('hour', held_at, 'UTC'), date_trunc('day', held_at, 'UTC'), transaction_id,
                cardinality(earlier_transactions) > 0, caller <> 0
            from relays where held_in <> 0
            """,
            row => new ChargedRelay(
                new Hash32(row.GetFieldValue<byte[]>(0)), new Address(row.GetFieldValue<byte[]>(1)), new Address(row.GetFieldValue<byte[]>(2)), row.GetBoolean(3),
                row.GetFieldValue<BigInteger>(4), row.GetDateTime(5), row.GetDateTime(6), row.GetGuid(7), row.GetBoolean(8), row.GetBoolean(9)),
            cancellation);
        var balances = await relayer.Stack.Chain.AskAsync(
            "eth_getBalance", payers.Select(signer => new object?[] { signer.Address.ToString(), "latest" }), cancellation);
        var left = balances.Aggregate(BigInteger.Zero, (sum, balance) => sum + JsonRpc.ToInteger(balance));
        return new CostSums(relays, (SharedStack.SignerFunds * payers.Length) - left);
    }

    /// <summary>What does not hold.</summary>
    public IEnumerable<string> Violations(Field field, Ledger ledger, ChainTruth chain)
    {
        var budgets = field.Budgets;
        var hours = Relays.Select(relay => relay.Hour).Distinct().Count();

        // The signers pay for relays alone: as long as all of it falls in one hour, nothing of the app's own figures is needed.
        if (hours <= 1 && (Taken > budgets.Chain.Hour || Taken > budgets.Chain.Day))
        {
            yield return $"the chain took {Taken} wei, the budgets are {budgets.Chain.Hour} an hour and {budgets.Chain.Day} a day";
        }

        foreach (var violation in Transactions(ledger, chain).Concat(Shares(field).Where(share => share.Spent > share.Limit).Select(share => share.ToString())))
        {
            yield return violation;
        }
    }

    /// <summary>What was spent of each budget, in each hour and day.</summary>
    public IEnumerable<Share> Shares(Field field) =>
        Of("the chain", field.Budgets.Chain, _ => "", _ => true)
            .Concat(Of("anonymous callers", field.Budgets.Anonymous, _ => "", relay => !relay.IsKnown))
            .Concat(Of("value", field.Budgets.Value, _ => "", relay => relay.CarriesValue))
            .Concat(Of("the user", field.Budgets.User, relay => relay.From.ToString(), _ => true))
            .Concat(Of("the target", field.Budgets.Target, relay => relay.To.ToString(), relay => relay.To != field.Relayer.Target));

    /// <summary>What the relays of a transaction were charged is what its receipt says that it took, and the value that it carried away.</summary>
    private IEnumerable<string> Transactions(Ledger ledger, ChainTruth chain)
    {
        var again = ledger.Relays.SelectMany(relay => relay.Earlier).ToHashSet();
        var transactions = ledger.Transactions.ToDictionary(transaction => transaction.Id);
        foreach (var carried in Relays.GroupBy(relay => relay.Transaction).Where(group => !again.Contains(group.Key) && group.All(relay => !relay.WentAgain)))
        {
            var transaction = transactions[carried.Key];
            var cost = transaction.Attempts.Where(attempt => chain.Mined.ContainsKey(attempt.Hash))
                .Select(attempt => (Receipt: chain.Mined[attempt.Hash], attempt.IsNoop))
                .Aggregate(BigInteger.Zero, (sum, mined) => sum + mined.Receipt.Fee + (mined.Receipt.Succeeded && !mined.IsNoop ? transaction.Value : 0));
            var charged = Sum(carried);
            if (charged != cost)
            {
                yield return $"transaction {carried.Key} took {cost} wei on chain, its {carried.Count()} relays were charged {charged}";
            }
        }

        if (Sum(Relays) != Taken)
        {
            yield return $"the chain took {Taken} wei of the signers, relays were charged {Sum(Relays)}";
        }
    }

    private IEnumerable<Share> Of(string whose, Limit limit, Func<ChargedRelay, string> keyOf, Func<ChargedRelay, bool> isCounted)
    {
        var counted = Relays.Where(isCounted).ToArray();
        return counted.GroupBy(relay => (Key: keyOf(relay), At: relay.Hour)).Select(hour => new Share($"{whose} {hour.Key.Key}", "hour", hour.Key.At, Sum(hour), limit.Hour))
            .Concat(counted.GroupBy(relay => (Key: keyOf(relay), At: relay.Day)).Select(day => new Share($"{whose} {day.Key.Key}", "day", day.Key.At, Sum(day), limit.Day)));
    }

    private static BigInteger Sum(IEnumerable<ChargedRelay> relays) => relays.Aggregate(BigInteger.Zero, (sum, relay) => sum + relay.Charged);
}

/// <summary>What was spent of a budget in an hour or a day; wei.</summary>
internal sealed record Share(string Whose, string Window, DateTime At, BigInteger Spent, BigInteger Limit)
{
    public int Percent => (int)(Spent * 100 / Limit);

    public override string ToString() => $"{Whose}: {Spent} wei in the {Window} of {At:u}, {Limit} are configured";
}
