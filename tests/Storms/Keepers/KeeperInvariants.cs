using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Storms.Audit;

namespace Storms.Keepers;

/// <summary>What must hold of keepers after every storm. Pure: wishes, records and the chain in, violations out.</summary>
internal sealed class KeeperInvariants(
    IEnumerable<(string Keeper, string Subject)> wishes, KeeperLedger keepers, Ledger ledger, ChainTruth chain, IReadOnlyList<WorkOnChain> onChain)
{
    private static readonly BigInteger Usd = BigInteger.Pow(10, 18);

    private readonly Dictionary<Guid, TransactionEntry> _transactions = ledger.Transactions.ToDictionary(transaction => transaction.Id);
    private readonly ILookup<Hash32, WorkOnChain> _onChain = onChain.ToLookup(item => item.Transaction);

    /// <summary>Everything that does not hold.</summary>
    public IEnumerable<string> Violations() => WorkDone().Concat(Works()).Concat(Orders()).Concat(Sends()).Concat(Budgets());

    /// <summary>What was wanted is done, and nothing is done twice.</summary>
    private IEnumerable<string> WorkDone()
    {
        var done = onChain.GroupBy(item => (item.Keeper, item.Subject)).ToDictionary(group => group.Key, group => group.Count());
        return done.Where(item => item.Value > 1).Select(item => $"done {item.Value} times: {item.Key}")
            .Concat(wishes.Where(wish => !done.ContainsKey(wish)).Select(wish => $"never done: {wish}"));
    }

    /// <summary>All work has ended for a reason; what we won is what our transactions did, one piece for one event on chain.</summary>
    private IEnumerable<string> Works()
    {
        foreach (var work in keepers.Works.Where(work => work.State < 2 || work.Reason.Length == 0))
        {
            yield return $"not ended: {work}";
        }

        var won = keepers.Works.Where(work => work.State == 2).ToLookup(work => work.Transaction);
        foreach (var unsent in won.Where(group => keepers.Sends.All(send => send.Transaction != group.Key)))
        {
            yield return $"won without a transaction: {unsent.First()}";
        }

        foreach (var send in keepers.Sends)
        {
            var (claimed, done) = (won[send.Transaction].Count(), WorkOf(send).Count());
            if (claimed != done)
            {
                yield return $"{claimed} pieces of work won by {send}, the chain has {done}";
            }
        }
    }

    /// <summary>Each order has one piece of work, and it says who was first.</summary>
    private IEnumerable<string> Orders()
    {
        var ours = keepers.Sends.SelectMany(send => WorkOf(send)).ToHashSet();
        var works = keepers.Works.Where(work => work.Keeper == KeeperNames.Settlement).ToLookup(work => work.Subject.Split(' ')[3]);
        foreach (var item in onChain.Where(item => item.Keeper == KeeperNames.Settlement))
        {
            WorkEntry[] all = [.. works[item.Subject]];
            var expected = ours.Contains(item) ? (short)2 : (short)3;
            if (all.Length != 1 || all[0].State != expected)
            {
                yield return $"the order of account {item.Subject} ended {(expected == 2 ? "by us" : "by others")}, its work: {string.Join("; ", all.AsEnumerable())}";
            }
        }
    }

    /// <summary>What each transaction cost and brought is what its receipt says, and no more than was held for it.</summary>
    private IEnumerable<string> Sends()
    {
        foreach (var unsent in keepers.Unsent)
        {
            yield return $"transaction {unsent} of a keeper holds no budget";
        }

        foreach (var send in keepers.Sends)
        {
            var (cost, reward) = (CostOf(send), RewardOf(send));
            if (!send.IsSettled || send.Cost != cost || send.Reward != reward)
            {
                yield return $"the chain says cost {cost} and reward {reward} of {send}";
            }

            if (cost > send.Held)
            {
                yield return $"it cost {cost}, more than was held for it: {send}";
            }

            if (cost - reward > KeeperScenario.Limits[send.Lane].Action)
            {
                yield return $"it lost more than an action may: {send}";
            }
        }
    }

    /// <summary>Nothing is held any more; what a day lost is what the chain says, and no more than it may be.</summary>
    private IEnumerable<string> Budgets()
    {
        var lost = keepers.Sends.GroupBy(send => (send.Keeper, send.Lane, send.Day)).ToDictionary(
            day => day.Key,
            day => day.Aggregate(BigInteger.Zero, (sum, send) => sum + BigInteger.Max(0, CostOf(send) - RewardOf(send))));
        foreach (var budget in keepers.Budgets)
        {
            var truth = lost.GetValueOrDefault((budget.Keeper, budget.Lane, budget.Day));
            if (!budget.Held.IsZero || budget.Spent != truth)
            {
                yield return $"the chain says that {truth} was lost: {budget}";
            }

            if (truth > KeeperScenario.Limits[budget.Lane].Day)
            {
                yield return $"{truth} lost, more than a day may: {budget}";
            }
        }

        foreach (var day in lost.Keys.Except(keepers.Budgets.Select(budget => (budget.Keeper, budget.Lane, budget.Day))))
        {
            yield return $"transactions without a budget: {day}";
        }
    }

    private IEnumerable<WorkOnChain> WorkOf(SendEntry send) =>
        _transactions.GetValueOrDefault(send.Transaction)?.Attempts.SelectMany(attempt => _onChain[attempt.Hash]).Where(item => item.Keeper == send.Keeper) ?? [];

    private BigInteger RewardOf(SendEntry send) =>
        WorkOf(send).Aggregate(BigInteger.Zero, (sum, item) => sum + (item.RewardUsd * KeeperScenario.WeiPerUsd / Usd));

    private BigInteger CostOf(SendEntry send)
    {
        var attempts = _transactions.GetValueOrDefault(send.Transaction)?.Attempts ?? [];
        return attempts.Where(attempt => chain.Mined.ContainsKey(attempt.Hash)).Aggregate(
            BigInteger.Zero,
            (sum, attempt) => sum + chain.Mined[attempt.Hash].Fee
                + (chain.Mined[attempt.Hash].Succeeded && !attempt.IsNoop ? send.Value : BigInteger.Zero));
    }
}
