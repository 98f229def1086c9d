namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>One thing that happens to the engine. Numbers are taken modulo what there is, so that any sequence means something.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>An instance takes work: reserve, commit, submit.</summary>
    public sealed record Accept(int Instance, int Count, Kind Kind, Sending Sending, Death? Death) : Step;

    /// <summary>An instance looks after what is open.</summary>
    public sealed record Pass(int Instance, Sending Sending, Death? Death) : Step;

    /// <summary>All instances do, at the same time.</summary>
    public sealed record PassTogether : Step;

    /// <summary>An operator asks an instance to give a transaction up.</summary>
    public sealed record Cancel(int Instance, int Which, Sending Sending, Death? Death) : Step;

    /// <summary>An operator asks an instance to replace a transaction at once.</summary>
    public sealed record SpeedUp(int Instance, int Which, Sending Sending, Death? Death) : Step;

    /// <summary>An instance is thrown away and a new one starts from the database.</summary>
    public sealed record Restart(int Instance) : Step;

    /// <summary>Blocks come.</summary>
    public sealed record Mine(int Blocks) : Step;

    /// <summary>The node forgets a transaction that waits in its pool.</summary>
    public sealed record Drop(int Which) : Step;

    /// <summary>The newest blocks are replaced by empty ones. What was in them goes back to the pool, or is lost.</summary>
    public sealed record Reorganise(int Depth, bool Keeps) : Step;

    /// <summary>The next block asks so much of everybody; after it the price falls slowly.</summary>
    public sealed record Surge(int BaseFeeGwei) : Step;

    /// <summary>Time goes by.</summary>
    public sealed record Wait(int Seconds) : Step;

    /// <summary>Somebody else sends a transaction with a signer's key, and pays well for it.</summary>
    public sealed record ForeignUse(int Signer) : Step;
}

/// <summary>What an accepted payload is like.</summary>
internal enum Kind
{
    Ordinary,

    /// <summary>It reverts.</summary>
    Reverting,

    /// <summary>It asks for more gas than a block has: no node ever takes it.</summary>
    NeverTaken,

    /// <summary>Not mined within ten minutes it is not wanted any more.</summary>
    Expiring,
}

/// <summary>How the node treats what is sent to it.</summary>
internal enum Sending
{
    Fine,

    /// <summary>It refuses for reasons that pass.</summary>
    Refused,

    /// <summary>It says yes and forgets.</summary>
    Lost,

    /// <summary>It takes it, and the answer does not arrive.</summary>
    Unanswered,

    /// <summary>It says, wrongly, that the nonce is used up.</summary>
    CalledStale,

    /// <summary>It says, wrongly, that no block can ever hold such a transaction.</summary>
    CalledHopeless,
}

/// <summary>The process ends around its n-th call to a key or a node.</summary>
/// <param name="Calls">Calls until then.</param>
/// <param name="IsAfter">The last call is carried out and its answer never read; otherwise it is not begun.</param>
internal sealed record Death(int Calls, bool IsAfter);
