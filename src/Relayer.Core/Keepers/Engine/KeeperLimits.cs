using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Engine;

/// <summary>What one lane of a keeper may do and lose. A lane shares a budget and a breaker.</summary>
/// <param name="Lane">Its name: an upkeep's, or the keeper's own.</param>
/// <param name="IsDryRun">Judges and records, and sends nothing.</param>
/// <param name="ForProfit">Acts only when it gains at least <paramref name="MinProfit"/>.</param>
/// <param name="Grace">How long the community has first.</param>
/// <param name="MaxLossPerAction">The most wei one action may be expected to lose.</param>
/// <param name="MaxLossPerDay">The most wei lost in a day (UTC).</param>
/// <param name="MinProfit">The least wei an action gains, for profit.</param>
/// <param name="MaxAttempts">Tries of one piece of work.</param>
/// <param name="BreakerFailures">Failed transactions in a row that open the breaker.</param>
/// <param name="BreakerPause">How long it stays open.</param>
/// <param name="Signers">The accounts that may pay; all of the chain's when empty.</param>
public sealed record KeeperLimits(
    string Lane, bool IsDryRun, bool ForProfit, TimeSpan Grace, Wei MaxLossPerAction, Wei MaxLossPerDay, Wei MinProfit, int MaxAttempts,
    int BreakerFailures, TimeSpan BreakerPause, IReadOnlySet<Address> Signers)
{
    /// <summary>Reads validated options.</summary>
    public static KeeperLimits From(string lane, KeeperLimitOptions options) => new(
        lane, options.DryRun, options.Mode == "Profit", options.Grace, options.MaxLossPerActionWei, options.MaxLossPerDayWei,
        options.MinProfitWei, options.MaxAttempts, options.BreakerFailures, options.BreakerPause,
        options.Signers.ToHashSet());
}
