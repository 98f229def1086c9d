using Storms.Audit;
using Storms.Workloads;

namespace Storms.Keepers;

/// <summary>Waits until keepers have nothing to do any more, and then counts everything again.</summary>
internal static class KeeperAuditor
{
    private const int Shown = 12;

    /// <summary>What does not hold, and a line about what went on; at least one instance must run for the wait.</summary>
    public static async Task<(IReadOnlyList<string> Violations, string Summary)> CheckAsync(
        KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation, IReadOnlyCollection<SignedRequest>? requests = null)
    {
        var (open, (violations, summary)) = await Settling.CountAsync(
            () => LookAsync(scenario, relayer, cancellation), () => CountAsync(scenario, relayer, cancellation, requests), cancellation);
        return (open.Length > 0 ? [open, .. violations] : violations, summary);
    }

    /// <summary>The same without the wait.</summary>
    public static async Task<(IReadOnlyList<string> Violations, string Summary)> CountAsync(
        KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation, IReadOnlyCollection<SignedRequest>? requests = null)
    {
        requests ??= [];
        var ledger = await Ledger.ReadAsync(relayer, cancellation);
        var chain = await ChainTruth.ReadAsync(relayer, ledger, [.. requests.Select(signed => signed.Message.From).Distinct()], cancellation);
        var keepers = await KeeperLedger.ReadAsync(relayer, cancellation);
        var onChain = await WorkOnChain.ReadAsync(scenario, relayer, cancellation);
        string[] violations =
        [
            .. new KeeperInvariants(scenario.Wishes.Keys, keepers, ledger, chain, onChain).Violations(),
            .. new Invariants(requests, ledger, chain).Violations(),
            .. (await SpendSums.ReadAsync(relayer, cancellation)).Violations(ledger, chain),
            .. (await BudgetSums.ReadAsync(relayer, cancellation)).Violations(),
        ];
        var ends = keepers.Works.GroupBy(work => (work.Keeper, work.State, work.Reason)).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.Keeper} {group.Key.Reason}");
        return (
            violations.Length <= Shown ? violations : [.. violations[..Shown], $"and {violations.Length - Shown} more"],
            $"{scenario.Wishes.Count} pieces of work wanted, {onChain.Count} done; {string.Join(", ", ends)}; {keepers.Sends.Count} transactions of keepers, "
            + $"{ledger.Transactions.Count(transaction => transaction.State == 6)} reverted, "
            + $"{ledger.Transactions.Sum(transaction => Math.Max(0, transaction.Attempts.Count - 1))} replacements");
    }

    private static async Task<(string Open, long Ended)> LookAsync(KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation)
    {
        // The chain first: what is found in between is work again.
        var done = (await WorkOnChain.ReadAsync(scenario, relayer, cancellation)).Select(item => (item.Keeper, item.Subject)).ToHashSet();
        var left = scenario.Wishes.Keys.FirstOrDefault(wish => !done.Contains(wish));
        var work = await KeeperLedger.OpenAsync(relayer, cancellation);
        var (transactions, ended) = await Ledger.OpenAsync(relayer, cancellation);
        string[] open = [work, transactions, left.Keeper is null ? "" : $"{left} is not done"];
        return (string.Join("; ", open.Where(text => text.Length > 0)), done.Count + ended);
    }
}
