namespace Relayer.Core.Configuration.Keepers;

/// <summary>How long what keepers wrote down is kept, bound from <c>KeeperRecords</c>.</summary>
public sealed class KeeperRecordsOptions
{
    /// <summary>Runs, decisions, and work that is over, are removed once they are as old. Must be longer than any scan looks back.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(30);
}

/// <summary>Checks that nothing is forgotten that a scan may come upon again.</summary>
internal static class KeeperRecordsValidator
{
    // Ethereum's, the longest of the chains served, and one in five slots missed.
    private const int LongestBlockSeconds = 15;
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    public static void Validate(RelayerOptions options, OptionFaults faults)
    {
        const string Key = "KeeperRecords:KeepFor";
        var kept = options.KeeperRecords.KeepFor;
        faults.AddIf(kept < Shortest, Key, "must be at least a day");
        foreach (var (name, chain) in options.Chains)
        {
            foreach (var (at, scan) in Scans(chain.Keepers))
            {
                var back = TimeSpan.FromSeconds(((long)scan.RecoverBlocks + scan.ReorgBlocks) * LongestBlockSeconds);
                faults.AddIf(
                    kept <= back, Key,
                    $"must be above {back:c}: Chains:{name}:Keepers:{at}:Scan looks back so far at {LongestBlockSeconds} seconds a block");
            }

            faults.AddIf(
                chain.Keepers.Redemption is { IsConfigured: true } redemption && kept < redemption.GiveUpAfter, Key,
                $"must not be below Chains:{name}:Keepers:Redemption:GiveUpAfter");
        }
    }

    private static IEnumerable<(string At, ScanOptions Scan)> Scans(KeepersOptions keepers)
    {
        if (keepers.Settlement.IsConfigured)
        {
            yield return ("Settlement", keepers.Settlement.Scan);
        }

        if (keepers.Liquidation.IsConfigured)
        {
            yield return ("Liquidation", keepers.Liquidation.Scan);
        }

        foreach (var (name, source) in keepers.Redemption.Sources)
        {
            yield return ($"Redemption:Sources:{name}", source.Scan);
        }
    }
}
