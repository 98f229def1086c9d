using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Agreement;

/// <summary>
/// The block at a height, as far as the chain's providers agree. Only their agreement makes one: whatever ends on its strength ends on evidence.
/// </summary>
public sealed record CanonicalBlock
{
    private CanonicalBlock(long number, Hash32 hash, long head) => (Number, Hash, Head) = (number, hash, head);

    /// <summary>Its height.</summary>
    public long Number { get; }

    /// <summary>Its hash.</summary>
    public Hash32 Hash { get; }

    /// <summary>The newest block when they said so, as a quorum of them has it: how deep a block is takes as many voices as which one it is.</summary>
    public long Head { get; }

    /// <summary>Blocks on top of it.</summary>
    public long Depth => Head - Number;

    /// <summary>What providers' answers about a height amount to.</summary>
    /// <param name="number">The height.</param>
    /// <param name="answers">Each provider's hash at the height; those that have none are left out.</param>
    /// <param name="operators">How many operators the chain's providers have.</param>
    /// <returns><see langword="null"/> when not enough of them agree, or nobody has the height.</returns>
    internal static CanonicalBlock? Agreed(long number, IReadOnlyList<Told<Hash32>> answers, int operators) =>
        Quorum.Of(answers, operators, out var hash)
            ? new CanonicalBlock(number, hash, Quorum.HeadOf([.. answers.Where(answer => answer.Value == hash)], operators))
            : null;
}
