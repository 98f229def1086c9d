using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Engine;

/// <summary>Where a piece of work is. The numbers are the column's.</summary>
public enum WorkState
{
    /// <summary>Waiting for its time, or for another try.</summary>
    Open = 0,

    /// <summary>A transaction of ours is under way for it.</summary>
    Sent = 1,

    /// <summary>Our transaction did it, and is final.</summary>
    Won = 2,

    /// <summary>Somebody else did it: as good for the protocol.</summary>
    Lost = 3,

    /// <summary>It was tried and given up.</summary>
    Failed = 4,

    /// <summary>It cannot be done any more, or need not.</summary>
    Dropped = 5,
}

/// <summary>Work as a finder comes upon it.</summary>
/// <param name="Id">The same for the same work, whoever finds it and however often.</param>
/// <param name="Lane">Whose budget and breaker it shares.</param>
/// <param name="Subject">For people.</param>
/// <param name="Details">The keeper's own, as JSON.</param>
/// <param name="DueAt">When it is looked at first.</param>
public sealed record FoundWork(Hash32 Id, string Lane, string Subject, string Details, DateTimeOffset DueAt);

/// <summary>Recorded work.</summary>
/// <param name="Found">What was found.</param>
/// <param name="Attempts">How often it was tried without effect.</param>
/// <param name="Version">For compare-and-set.</param>
/// <param name="FoundAt">When it was found first.</param>
/// <param name="Reason">Why it waits.</param>
/// <param name="TransactionId">The transaction under way, or the last one.</param>
public sealed record KeeperWork(FoundWork Found, int Attempts, int Version, DateTimeOffset FoundAt, string Reason, Guid? TransactionId)
{
    /// <summary>Its id.</summary>
    public Hash32 Id => Found.Id;
}
