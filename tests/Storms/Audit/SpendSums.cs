using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>The sums that grow while transactions end: whatever was killed meanwhile, they are those of the chain.</summary>
internal sealed record SpendSums(
    IReadOnlyDictionary<Address, (BigInteger Fee, long Transactions, long Failed)> BySigner, BigInteger Daily, long DailyTransactions)
{
    public static async Task<SpendSums> ReadAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        var bySigner = new Dictionary<Address, (BigInteger, long, long)>();
        await using (var hours = new NpgsqlCommand(
            "select signer, sum(fee), sum(transactions)::bigint, sum(failed)::bigint from spend_hours group by signer", connection))
        await using (var rows = await hours.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
            {
                bySigner[new Address(rows.GetFieldValue<byte[]>(0))] = (rows.GetFieldValue<BigInteger>(1), rows.GetInt64(2), rows.GetInt64(3));
            }
        }

        await using var days = new NpgsqlCommand("select coalesce(sum(fee), 0), coalesce(sum(transactions), 0)::bigint from spend_days", connection);
        await using var sums = await days.ExecuteReaderAsync(cancellation);
        await sums.ReadAsync(cancellation);
        return new SpendSums(bySigner, sums.GetFieldValue<BigInteger>(0), sums.GetInt64(1));
    }

    /// <summary>What does not hold.</summary>
    public IEnumerable<string> Violations(Ledger ledger, ChainTruth chain)
    {
        foreach (var (signer, spent) in chain.Spent)
        {
            var rows = ledger.Transactions.Where(transaction => transaction.Signer == signer).ToArray();
            var truth = (spent, (long)rows.Length, rows.LongCount(transaction => transaction.State == 6));
            if (BySigner.GetValueOrDefault(signer) != truth)
            {
                yield return $"spend_hours has (fee, transactions, failed) {BySigner.GetValueOrDefault(signer)} for {signer}, the chain {truth}";
            }
        }

        var all = chain.Spent.Values.Aggregate(BigInteger.Zero, (sum, spent) => sum + spent);
        if (Daily != all || DailyTransactions != ledger.Transactions.Count)
        {
            yield return $"spend_days has {Daily} wei for {DailyTransactions} transactions, the chain {all} for {ledger.Transactions.Count}";
        }
    }
}
