using Storms.Audit;
using Storms.Field;

namespace Storms.Keepers;

/// <summary>Waits until keepers have nothing to do any more, and then counts everything again.</summary>
internal static class KeeperAuditor
{
    private const int Shown = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What does not hold, and a line about what went on; at least one instance must run for the wait.</summary>
    public static async Task<(IReadOnlyList<string> Violations, string Summary)> CheckAsync(
        Town town, Site site, CancellationToken cancellation, IReadOnlyCollection<Errand>? errands = null)
    {
        var open = await WaitAsync(town, site, cancellation);
        var (violations, summary) = await CountAsync(town, site, cancellation, errands);
        return (open.Length > 0 ? [open, .. violations] : violations, summary);
    }

    /// <summary>The same without the wait.</summary>
    public static async Task<(IReadOnlyList<string> Violations, string Summary)> CountAsync(
        Town town, Site site, CancellationToken cancellation, IReadOnlyCollection<Errand>? errands = null)
    {
        errands ??= [];
        var ledger = await Ledger.ReadAsync(site, cancellation);
        var chain = await ChainTruth.ReadAsync(site, ledger, [.. errands.Select(errand => errand.Message.From).Distinct()], cancellation);
        var keepers = await KeeperLedger.ReadAsync(site, cancellation);
        var deeds = await Deed.ReadAsync(town, site, cancellation);
        string[] violations =
        [
            .. new KeeperInvariants(town.Wishes.Keys, keepers, ledger, chain, deeds).Violations(),
            .. new Invariants(errands, ledger, chain).Violations(),
            .. (await SpendSums.ReadAsync(site, cancellation)).Violations(ledger, chain),
        ];
        var ends = keepers.Works.GroupBy(work => (work.Keeper, work.State, work.Reason)).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.Keeper} {group.Key.Reason}");
        return (
            violations.Length <= Shown ? violations : [.. violations[..Shown], $"and {violations.Length - Shown} more"],
            $"{town.Wishes.Count} pieces of work wanted, {deeds.Count} done; {string.Join(", ", ends)}; {keepers.Sends.Count} transactions of keepers, "
            + $"{ledger.Transactions.Count(transaction => transaction.State == 6)} reverted, "
            + $"{ledger.Transactions.Sum(transaction => Math.Max(0, transaction.Attempts.Count - 1))} replacements");
    }

    private static async Task<string> WaitAsync(Town town, Site site, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            // The chain first: what is found in between is work again.
            var done = (await Deed.ReadAsync(town, site, cancellation)).Select(deed => (deed.Keeper, deed.Subject)).ToHashSet();
            var left = town.Wishes.Keys.FirstOrDefault(wish => !done.Contains(wish));
            string[] open = [await KeeperLedger.OpenAsync(site, cancellation), await Ledger.OpenAsync(site, cancellation), left.Keeper is null ? "" : $"{left} is not done"];
            if (open.All(text => text.Length == 0) || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                return string.Join("; ", open.Where(text => text.Length > 0));
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}
