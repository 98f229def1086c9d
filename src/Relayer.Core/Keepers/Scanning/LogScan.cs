using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Scanning;

/// <summary>Which events are read, and how.</summary>
/// <param name="Name">The cursor's name.</param>
/// <param name="Contract">Who emits them.</param>
/// <param name="Topics">What they are: any of these first topics.</param>
/// <param name="Options">How they are read.</param>
internal sealed record LogScan(string Name, Address Contract, IReadOnlyList<Hash32> Topics, ScanOptions Options)
{
    /// <summary>The slow second scan's cursor.</summary>
    public string RecoverName => $"{Name}:recover";

    /// <summary>The events of a range.</summary>
    public LogFilter Filter(long from, long to) => new(from, to, [Contract], [Topics]);
}

/// <summary>Where a range ends and how long the next may be. Pure.</summary>
internal static class ScanRange
{
    /// <summary>The first block to read: again what a reorg may have changed.</summary>
    public static long From(long? cursor, long head, ScanOptions options) => Math.Max(
        0,
        cursor is { } next ? next - options.ReorgBlocks
            : options.StartBlock >= 0 ? options.StartBlock
            : head - options.RecoverBlocks);

    /// <summary>What the node said it tells of at once, where that is less than it was asked for; else half. Zero when one block was too many already.</summary>
    /// <param name="range">Blocks that were asked for.</param>
    /// <param name="most">Blocks that it said.</param>
    public static long Narrow(long range, long? most) => most < range ? most.Value : range / 2;

    /// <summary>Twice, up to the limits: the settings' and the node's, where it named one.</summary>
    public static long Grow(long range, ScanOptions options, long most) => Math.Min(range * 2, Math.Min(options.MaxRange, most));
}

/// <summary>How far a scan came.</summary>
/// <param name="Events">Events that were new.</param>
/// <param name="Kept">Pieces of work or records that came of them.</param>
/// <param name="NextBlock">The first block not read.</param>
/// <param name="Head">The chain's head when it began.</param>
internal readonly record struct ScanProgress(int Events, int Kept, long NextBlock, long Head);
