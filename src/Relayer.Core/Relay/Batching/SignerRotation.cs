using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Batching;

/// <summary>Which signers a reservation looks at first, when there are many: a few at a time, in turn.</summary>
/// <remarks>
/// The least loaded of a few that take turns is nearly the least loaded of all, and only those few are locked and counted:
/// with 32 signers counting what each has in flight was most of the write. Whoever finds no room among the few asks all.
/// Safe for concurrent use.
/// </remarks>
internal sealed class SignerRotation
{
    /// <summary>How many are looked at.</summary>
    public const int Size = 4;

    private uint _turn;

    /// <summary>The next few of them, in their order; all when they are few.</summary>
    public IReadOnlyList<Address> Next(IReadOnlyList<Address> signers)
    {
        if (signers.Count <= Size)
        {
            return signers;
        }

        var first = Interlocked.Increment(ref _turn) * Size;
        var few = new Address[Size];
        for (var i = 0; i < Size; i++)
        {
            few[i] = signers[(int)((first + (uint)i) % (uint)signers.Count)];
        }

        return few;
    }
}
