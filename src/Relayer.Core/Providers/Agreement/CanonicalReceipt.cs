using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Agreement;

/// <summary>
/// What a transaction in a canonical block did, as far as the chain's providers agree: where there are operators enough to outvote one, a majority of those
/// configured; of fewer nobody contradicts. Only their agreement makes one.
/// </summary>
public sealed record CanonicalReceipt
{
    private CanonicalReceipt(TransactionReceipt receipt, CanonicalBlock block) => (Receipt, Block) = (receipt, block);

    /// <summary>The receipt that they agree on, with its logs.</summary>
    public TransactionReceipt Receipt { get; }

    /// <summary>Its block.</summary>
    public CanonicalBlock Block { get; }

    /// <summary>What providers' receipts of one transaction amount to. Those of other blocks do not count.</summary>
    /// <param name="block">The block at the height.</param>
    /// <param name="answers">The receipt that each shows.</param>
    /// <param name="operators">How many operators the chain's providers have.</param>
    /// <returns><see langword="null"/> when not enough of them agree.</returns>
    internal static CanonicalReceipt? Agreed(CanonicalBlock block, IReadOnlyList<Told<TransactionReceipt>> answers, int operators)
    {
        Told<TransactionReceipt>[] pinned = [.. answers.Where(answer => answer.Value.BlockHash == block.Hash && answer.Value.BlockNumber == block.Number)];
        return Quorum.Of([.. pinned.Select(answer => answer.Select(ReceiptContent.Of))], operators, out var content)
            ? new(pinned.First(answer => ReceiptContent.Of(answer.Value) == content).Value, block)
            : null;
    }
}
