using System.Buffers.Binary;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;

namespace Relayer.Core.Keepers.Perps;

/// <summary>A call on the market that a keeper would make, and what the oracle wants before it.</summary>
/// <param name="work">For which work.</param>
/// <param name="call">The calldata.</param>
/// <param name="instead">The calldata to use when that one does not go and this one does, if there is one.</param>
internal sealed class PerpsTask(KeeperWork work, byte[] call, byte[]? instead = null)
{
    /// <summary>For which work.</summary>
    public KeeperWork Work { get; } = work;

    /// <summary>It is the other call by now.</summary>
    public bool IsInstead { get; private set; }

    /// <summary>There are two calls to choose from.</summary>
    public bool HasChoice => instead is not null;

    /// <summary>What the oracle asked for, by its key.</summary>
    public Dictionary<string, OracleQuery> Queries { get; } = [];

    /// <summary>What the call returned when it last succeeded.</summary>
    public ReadOnlyMemory<byte> Returned { get; set; }

    /// <summary>Why it is not sent.</summary>
    public Decision? Decision { get; set; }

    /// <summary>What a simulation runs for it: the call that was chosen, as it would be sent; or, to find out, one after the other.</summary>
    public IReadOnlyList<byte[]> Calls(bool isExact) => instead is null ? [call] : !isExact ? [call, instead] : [IsInstead ? instead : call];

    /// <summary>The selector of the call that was chosen.</summary>
    public uint Function => BinaryPrimitives.ReadUInt32BigEndian(Calls(isExact: true)[0]);

    /// <summary>Chooses between the two calls.</summary>
    public void Choose(bool other) => IsInstead = other;
}
