using Relayer.Core.Configuration.Chains;

namespace Relayer.Core.Transactions.Clock;

/// <summary>How fast a chain makes blocks, and from when on it stands still.</summary>
/// <param name="BlockTime">The time between two blocks; <see langword="null"/> where it is not known, or where blocks come on demand.</param>
/// <param name="StandstillAfter">A newest block that is older than this is too old.</param>
public sealed record ChainPace(TimeSpan? BlockTime, TimeSpan StandstillAfter)
{
    /// <summary>So many blocks' time is more than missed slots and a slow sequencer explain.</summary>
    private const int Blocks = 15;

    /// <summary>So many are more than usual.</summary>
    private const int Few = 5;

    private static readonly TimeSpan LeastOverdue = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan WhereUnknown = TimeSpan.FromMinutes(2);

    /// <summary>Blocks come by themselves: an old one is enough to say that the chain stands still.</summary>
    public bool IsSteady => BlockTime is not null;

    /// <summary>A newest block that is older than this is overdue. Never where blocks come on demand.</summary>
    public TimeSpan OverdueAfter => BlockTime * Few is { } few ? few < LeastOverdue ? LeastOverdue : few : TimeSpan.MaxValue;

    /// <summary>Reads validated options.</summary>
    public static ChainPace From(ChainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var block = options.BlockTime ?? KnownBlockTimes.Find(options.ChainId);
        return new(block, options.StandstillAfter ?? (block * Blocks is { } many ? many < Least ? Least : many : WhereUnknown));
    }
}
