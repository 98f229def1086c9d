using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Providers;

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

    /// <summary>The newest block of those who say so, when they said it.</summary>
    public long Head { get; }

    /// <summary>Blocks on top of it.</summary>
    public long Depth => Head - Number;

    /// <summary>What providers' answers about a height amount to.</summary>
    /// <param name="number">The height.</param>
    /// <param name="answers">Each provider's newest block and its hash at the height; those that have none are left out.</param>
    /// <param name="configured">How many providers the chain has.</param>
    /// <returns><see langword="null"/> when they do not agree, or nobody has the height.</returns>
    internal static CanonicalBlock? Agreed(long number, IReadOnlyList<(long Head, Hash32 Hash)> answers, int configured) =>
        Quorum.Of([.. answers.Select(answer => answer.Hash)], configured, out var hash)
            ? new CanonicalBlock(number, hash, answers.Where(answer => answer.Hash == hash).Max(answer => answer.Head))
            : null;
}
