using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Which block is meant.</summary>
public readonly record struct BlockRef
{
    private BlockRef(long? number, Hash32? hash) => (Number, Hash) = (number, hash);

    /// <summary>The newest block, whichever it is.</summary>
    public static BlockRef Latest => default;

    /// <summary>The height, when it was named by height.</summary>
    public long? Number { get; }

    /// <summary>The hash, when it was named by hash: then nothing else is meant, even after a reorg.</summary>
    public Hash32? Hash { get; }

    /// <summary>The block of the chain at this height.</summary>
    public static BlockRef At(long number) => new(number, null);

    /// <summary>This very block.</summary>
    public static BlockRef Of(Hash32 hash) => new(null, hash);

    /// <inheritdoc/>
    public override string ToString() => Hash is { } hash ? $"{hash}" : Number is { } number ? $"{number}" : "latest";
}

/// <summary>Which events are wanted.</summary>
/// <param name="FromBlock">The first block's height.</param>
/// <param name="ToBlock">The last block's height, itself included.</param>
/// <param name="Addresses">The contracts that emitted them; none means any.</param>
/// <param name="Topics">For each of up to four topics the values allowed; an empty list allows all.</param>
public sealed record LogFilter(
    long FromBlock, long ToBlock, IReadOnlyList<Address> Addresses, IReadOnlyList<IReadOnlyList<Hash32>> Topics);

/// <summary>An event and where it stands on the chain.</summary>
/// <param name="Event">What was emitted.</param>
/// <param name="BlockNumber">The block's height.</param>
/// <param name="BlockHash">The block's hash, to notice a reorg.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="Index">Its position in the block: with the block's hash it names the event.</param>
public sealed record MinedLog(LogEntry Event, long BlockNumber, Hash32 BlockHash, Hash32 TransactionHash, long Index);

/// <summary>What became of a search for events.</summary>
public abstract record LogsOutcome
{
    private LogsOutcome()
    {
    }

    /// <summary>All events of the range, in the chain's order; none is a finding too.</summary>
    /// <param name="Head">The height of the node that answered, at or past the range's end.</param>
    /// <param name="Logs">The events.</param>
    public sealed record Found(long Head, IReadOnlyList<MinedLog> Logs) : LogsOutcome
    {
        /// <summary>Whether enough of the providers that were asked show just these: only then is what is not among them not there.</summary>
        public bool IsWhole { get; init; } = true;
    }

    /// <summary>The node would not give so many: halve the range. One block alone that is too large is a matter for another node.</summary>
    /// <param name="Error">The node's words.</param>
    public sealed record TooMany(NodeError Error) : LogsOutcome;
}

/// <summary>Headers and the height of the node that gave them.</summary>
/// <param name="Head">That node's newest block.</param>
/// <param name="Blocks">In the order asked; <see langword="null"/> where that node's chain has none.</param>
public sealed record BlocksAtHead(long Head, IReadOnlyList<BlockHeader?> Blocks);
