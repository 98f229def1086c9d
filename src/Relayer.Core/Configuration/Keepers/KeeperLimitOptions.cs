using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>What any keeper may do and lose; part of each keeper's options.</summary>
public abstract class KeeperLimitOptions
{
    /// <summary>Decides and records as ever, and sends nothing.</summary>
    public bool DryRun { get; set; }

    /// <summary>
    /// <c>Backstop</c> acts when nobody else has, and may lose up to its budgets. <c>Profit</c> acts only when it gains at least
    /// <see cref="MinProfitWei"/>; the day's budget still limits what lost races cost.
    /// </summary>
    public string Mode { get; set; } = "Backstop";

    /// <summary>How long the community has before the keeper acts: from when the work is found, for an order from its commitment.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most wei that one action may lose when it brings what it should; decimal. It is not replaced beyond.</summary>
    public Wei MaxLossPerActionWei { get; set; } = new(2_000_000_000_000_000);

    /// <summary>The most wei lost in a day (UTC), what is under way counted at its worst; decimal.</summary>
    public Wei MaxLossPerDayWei { get; set; } = new(20_000_000_000_000_000);

    /// <summary>The least wei that an action gains in the mode <c>Profit</c>; decimal.</summary>
    public Wei MinProfitWei { get; set; }

    /// <summary>Tries of one piece of work, before it is given up.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Transactions that fail one after the other before the keeper stands still.</summary>
    public int BreakerFailures { get; set; } = 5;

    /// <summary>How long it then stands still; twice as long each time that the first transaction after it fails too, up to four hours.</summary>
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The accounts that may pay, by address; all of the chain's when empty.</summary>
    public IList<Address> Signers { get; init; } = [];

    /// <summary>False for one that does not run, and is not checked.</summary>
    internal virtual bool IsConfigured => true;
}
