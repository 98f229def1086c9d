namespace Relayer.Core.Configuration.Keepers;

/// <summary>How a keeper reads a contract's events.</summary>
public sealed class ScanOptions
{
    /// <summary>
    /// The block where the first scan begins; below 0 it begins <see cref="RecoverBlocks"/> before the head. For liquidation: where the market was
    /// deployed, since an account may be older than the scan.
    /// </summary>
    public long StartBlock { get; set; } = -1;

    /// <summary>Blocks read again each time, because a reorg may have changed them.</summary>
    public int ReorgBlocks { get; set; } = 16;

    /// <summary>The most blocks asked for at once; halved whenever a node finds it too many.</summary>
    public int MaxRange { get; set; } = 2_000;

    /// <summary>The most ranges read in one run, so that a long way to catch up is many runs.</summary>
    public int RangesPerRun { get; set; } = 50;

    /// <summary>How far back the slow second scan begins: 24 hours of two-second blocks.</summary>
    public int RecoverBlocks { get; set; } = 43_200;
}
