using Relayer.Core.Providers;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Clock;

/// <summary>What is known of a chain's own time, and whether it stands still.</summary>
/// <remarks>
/// Safe for concurrent use. Kept in memory, and learnt anew after a restart. It is told what others read anyway; it asks only when nobody looked for a while.
/// </remarks>
/// <param name="pace">How fast the chain makes blocks.</param>
/// <param name="chain">The chain.</param>
/// <param name="time">The clock.</param>
internal sealed class ChainClock(ChainPace pace, IChainClient chain, TimeProvider time)
{
    /// <summary>A newest block that was seen longer ago is read anew by whoever is about to decide something by it; at once where the chain was behind and has moved.</summary>
    private static readonly TimeSpan ReadAnewAfter = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private HeadSighting? _head;
    private DateTimeOffset? _waitingSince;
    private bool _wasBehind;

    /// <summary>How the chain stands, as far as it was looked at of late; asks nobody.</summary>
    public ChainStanding Standing
    {
        get
        {
            lock (_gate)
            {
                return Evaluate();
            }
        }
    }

    /// <summary>How the chain stands, by a look that is not old.</summary>
    /// <exception cref="ChainUnavailableException">It has to be asked, and no provider answers: then it is not known.</exception>
    public async Task<ChainStanding> LookAsync(CancellationToken cancellation)
    {
        if (IsOld())
        {
            Note(await chain.ReadHeadAsync(cancellation));
        }

        return Standing;
    }

    /// <summary>Notes the newest block.</summary>
    public void Note(BlockHeader header) => Change(() => _head = _head?.After(header, time.GetUtcNow()) ?? HeadSighting.Of(header, time.GetUtcNow()));

    /// <summary>Notes the newest height.</summary>
    public void Note(long height) => Change(() => _head = _head?.After(height, time.GetUtcNow()));

    /// <summary>Notes what is open.</summary>
    public void Note(IEnumerable<OpenTransaction> open) => Change(() => _waitingSince = Standstill.FindWaiting(open, _head?.BaseFee));

    private bool IsOld()
    {
        lock (_gate)
        {
            return _head is null || time.GetUtcNow() - _head.SeenAt > ReadAnewAfter || (_head.Highest > _head.Number && Evaluate().IsBehind);
        }
    }

    // Judged before and after: what a new block ends has to be known by then.
    private void Change(Action change)
    {
        lock (_gate)
        {
            _wasBehind = IsBehind();
            change();
            _wasBehind = IsBehind();
        }
    }

    private bool IsBehind() => Evaluate() is { Motion: not ChainMotion.Unknown } known ? known.IsBehind : _wasBehind;

    private ChainStanding Evaluate() => Standstill.Evaluate(_head, _waitingSince, _wasBehind, pace, time.GetUtcNow());
}
