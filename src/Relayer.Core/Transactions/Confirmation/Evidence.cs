using Relayer.Core.Providers;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Finds out what is known of transactions, and what of it may end one.</summary>
/// <remarks>
/// A receipt is one provider's word, which is enough to show that something is mined. What ends something is compared with the canonical block
/// at its height: one read more for each such height, of every provider. Only where words and blocks do not fit is everybody asked for receipts.
/// </remarks>
/// <param name="chain">The chain.</param>
/// <param name="confirmations">Blocks wanted on top.</param>
internal sealed class Evidence(IChainClient chain, int confirmations)
{
    /// <summary>What is known of each transaction, and the head it was read at.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<(IReadOnlyList<Finding> Findings, long Head)> ReadAsync(
        IReadOnlyList<OpenTransaction> sent, CancellationToken cancellation)
    {
        var reading = await ReceiptReading.ReadAsync(chain, sent, cancellation);
        var seen = sent.Select(transaction => (Transaction: transaction, Mined: reading.Of(transaction))).ToArray();
        var canon = await ReadCanonAsync(
            seen.Select(item => item.Mined is { } mined ? EndsAt(mined, reading.Head) : LostFrom(item.Transaction, reading.Head)), cancellation);
        var findings = seen.Select(item => Finding.Of(item.Transaction, item.Mined, canon, reading.WhyUnread(item.Transaction)) with
        {
            IsDisputed = item.Mined is { } mined && EndsAt(mined, reading.Head) is { } height && !canon.ContainsKey(height),
        }).ToArray();
        OpenTransaction[] doubtful = [.. findings.Where(IsDoubtful).Select(finding => finding.Transaction)];
        var better = (await FindAsync(doubtful, cancellation)).ToDictionary(finding => finding.Transaction.Id);
        return ([.. findings.Select(finding => Better(finding, better.GetValueOrDefault(finding.Transaction.Id)))], reading.Head);
    }

    /// <summary>What anybody knows of transactions that somebody is silent or wrong about.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<IReadOnlyList<Finding>> FindAsync(IReadOnlyList<OpenTransaction> transactions, CancellationToken cancellation)
    {
        var attempts = transactions.SelectMany(transaction => transaction.Attempts.Select(attempt => (Transaction: transaction, Attempt: attempt))).ToArray();
        if (attempts.Length == 0)
        {
            return [];
        }

        var receipts = await chain.FindReceiptsAsync([.. attempts.Select(item => item.Attempt.Hash)], cancellation);
        var mined = attempts.Zip(receipts)
            .SelectMany(pair => pair.Second.Select(receipt => (pair.First.Transaction, Mined: MinedAttempt.Of(pair.First.Attempt, receipt))))
            .ToLookup(item => item.Transaction.Id, item => item.Mined);

        // Here even what ends nothing yet is compared: somebody said otherwise.
        var canon = await ReadCanonAsync(mined.SelectMany(group => group).Select(item => (long?)item.Inclusion.BlockNumber), cancellation);
        return [.. transactions.Select(transaction => mined[transaction.Id]
            .Select(item => Finding.Of(transaction, item, canon, null))
            .Where(finding => finding.Observation is Observation.Included)
            .DefaultIfEmpty(new Finding(transaction, new Observation.ReceiptMissing(), null))
            .First())];
    }

    /// <summary>The canonical blocks at these heights, as far as the providers agree.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<IReadOnlyDictionary<long, CanonicalBlock>> ReadCanonAsync(IEnumerable<long?> heights, CancellationToken cancellation)
    {
        long[] wanted = [.. heights.OfType<long>().Distinct().Order()];
        return wanted.Length == 0
            ? new Dictionary<long, CanonicalBlock>()
            : (await chain.ReadCanonicalAsync(wanted, cancellation)).OfType<CanonicalBlock>().ToDictionary(block => block.Number);
    }

    private long? EndsAt(MinedAttempt mined, long head) =>
        head - mined.Inclusion.BlockNumber >= confirmations ? mined.Inclusion.BlockNumber : null;

    /// <summary>It had a receipt and shows none any more, on a node that is past its block.</summary>
    private static long? LostFrom(OpenTransaction transaction, long head) =>
        transaction.State is TransactionState.Mined { Inclusion.BlockNumber: var number } && head >= number ? number : null;

    /// <summary>Somebody is silent about what was mined, gives no readable answer, or the receipt's block is not canonical.</summary>
    private static bool IsDoubtful(Finding finding) => finding.Unread is not null || finding.Observation is Observation.Orphaned
        || (finding is { Observation: Observation.ReceiptMissing, Transaction.State: TransactionState.Mined });

    private static Finding Better(Finding first, Finding? second) => second?.Observation is Observation.Included ? second : first;
}

/// <summary>What is known of a transaction.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Observation">What was learnt.</param>
/// <param name="Receipt">The receipt behind it, if there is one.</param>
/// <param name="Unread">Why nothing is known, where a node gave no readable answer.</param>
internal sealed record Finding(OpenTransaction Transaction, Observation Observation, TransactionReceipt? Receipt, string? Unread = null)
{
    /// <summary>It would end, and the providers do not agree on the block at its height.</summary>
    public bool IsDisputed { get; init; }

    /// <summary>What a receipt, or that there is none, says next to the canonical blocks.</summary>
    public static Finding Of(OpenTransaction transaction, MinedAttempt? mined, IReadOnlyDictionary<long, CanonicalBlock> canon, string? unread)
    {
        if (mined is not null)
        {
            return new(transaction, Observation.OfReceipt(mined.Inclusion, canon.GetValueOrDefault(mined.Inclusion.BlockNumber)), mined.Receipt);
        }

        // The block that it was in is still there, or another is in its place.
        var lost = transaction.State is TransactionState.Mined { Inclusion: var before } && canon.GetValueOrDefault(before.BlockNumber) is { } block
            && block.Hash != before.BlockHash ? Observation.OfReceipt(before, block) : new Observation.ReceiptMissing();
        return new(transaction, lost, null, unread);
    }
}
