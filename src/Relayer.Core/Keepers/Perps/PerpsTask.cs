using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;

namespace Relayer.Core.Keepers.Perps;

/// <summary>A call on the market that a keeper would make, and what the oracle wants before it.</summary>
/// <param name="work">For which work.</param>
/// <param name="call">The calldata.</param>
/// <param name="instead">The calldata to use when the acceptable price is exceeded, if there is one.</param>
internal sealed class PerpsTask(KeeperWork work, byte[] call, byte[]? instead = null)
{
    /// <summary>For which work.</summary>
    public KeeperWork Work { get; } = work;

    /// <summary>The calldata now.</summary>
    public byte[] Call { get; private set; } = call;

    /// <summary>It is the other call by now.</summary>
    public bool IsInstead { get; private set; }

    /// <summary>What the oracle asked for, by its key.</summary>
    public Dictionary<string, OracleQuery> Queries { get; } = [];

    /// <summary>What the call returned when it last succeeded.</summary>
    public ReadOnlyMemory<byte> Returned { get; set; }

    /// <summary>Why it is not sent.</summary>
    public Decision? Decision { get; set; }

    /// <summary>Takes the other call.</summary>
    /// <returns><see langword="false"/> when there is none, or it is taken already.</returns>
    public bool TryInstead()
    {
        if (instead is null || IsInstead)
        {
            return false;
        }

        (Call, IsInstead) = (instead, true);
        return true;
    }
}
