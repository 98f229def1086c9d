using Relayer.Core.Providers;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Finds out what is known of transactions, and what of it may end one.</summary>
/// <remarks>
/// A receipt is one provider's word, which is enough to show that something is mined. What ends something is asked of every provider, once it is deep enough: the
/// block at each height and the receipts there, one body for each provider. Only where words and blocks do not fit is everybody asked for receipts before.
/// </remarks>
/// <param name="chain">The chain.</param>
/// <param name="confirmations">Blocks wanted on top.</param>
/// <param name="disagreements">Keeps what the providers disagree about.</param>
internal sealed class Evidence(IChainClient chain, int confirmations, DisagreementLog disagreements)
{
    /// <summary>What is known of each transaction, and the head it was read at.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<(IReadOnlyList<Finding> Findings, long Head)> ReadAsync(
        IReadOnlyList<OpenTransaction> sent, CancellationToken cancellation)
    {
        var reading = await ReceiptReading.ReadAsync(chain, sent, cancellation);
        var seen = sent.Select(transaction => (Transaction: transaction, Mined: reading.Of(transaction))).ToArray();
        var ending = seen.Select(item => item.Mined).OfType<MinedAttempt>().Where(mined => IsDeep(mined, reading.Head)).ToArray();
        var agreed = await AgreeAsync(ending, seen.Select(item => item.Mined is null ? LostFrom(item.Transaction, reading.Head) : null), cancellation);
        var findings = seen.Select(item => Finding.Of(item.Transaction, item.Mined, agreed, reading.WhyUnread(item.Transaction)) with
        {
            IsDisputed = item.Mined is { } mined && IsDeep(mined, reading.Head) && agreed.ReceiptOf(mined.Inclusion.Hash) is null,
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
        var agreed = await AgreeAsync([.. mined.SelectMany(group => group)], [], cancellation);
        return [.. transactions.Select(transaction => mined[transaction.Id]
            .Select(item => Finding.Of(transaction, item, agreed, null))
            .Where(finding => finding.Observation is Observation.Included)
            .DefaultIfEmpty(new Finding(transaction, new Observation.ReceiptMissing(), null))
            .First())];
    }

    /// <summary>What the providers agree on about one height.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<CanonicalBlock?> ReadCanonAsync(long height, CancellationToken cancellation) =>
        (await AgreeAsync([], [height], cancellation)).BlockAt(height);

    private async Task<AgreedReading> AgreeAsync(IReadOnlyList<MinedAttempt> mined, IEnumerable<long?> heights, CancellationToken cancellation)
    {
        long[] wanted = [.. heights.OfType<long>().Concat(mined.Select(item => item.Inclusion.BlockNumber)).Distinct().Order()];
        var agreed = wanted.Length == 0 ? AgreedReading.Nothing : await chain.ReadAgreedAsync(wanted, [.. mined.Select(item => item.Receipt)], cancellation);
        await disagreements.NoteAsync(chain.ChainId, agreed.Disagreements, cancellation);
        return agreed;
    }

    private bool IsDeep(MinedAttempt mined, long head) => head - mined.Inclusion.BlockNumber >= confirmations;

    /// <summary>It had a receipt and shows none any more, on a node that is past its block.</summary>
    private static long? LostFrom(OpenTransaction transaction, long head) =>
        transaction.State is TransactionState.Mined { Inclusion.BlockNumber: var number } && head >= number ? number : null;

    /// <summary>
    /// Somebody is silent about what was mined, gives no readable answer, names another block than before or than is canonical, or shows a receipt that would end it
    /// and that not enough of the others share.
    /// </summary>
    private static bool IsDoubtful(Finding finding) => finding.Unread is not null || finding.IsDisputed || (finding.Observation, finding.Transaction.State) switch
    {
        (Observation.Orphaned, _) or (Observation.ReceiptMissing, TransactionState.Mined) => true,

        // Its receipt moves from block to block: a reorg, or somebody who never lets it become deep enough.
        (Observation.ReceiptSeen { Inclusion.BlockHash: var now }, TransactionState.Mined { Inclusion.BlockHash: var before }) => now != before,
        _ => false,
    };

    private static Finding Better(Finding first, Finding? second) => second?.Observation is Observation.Included ? second : first;
}

/// <summary>What is known of a transaction.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Observation">What was learnt.</param>
/// <param name="Receipt">The receipt behind it, if there is one.</param>
/// <param name="Unread">Why nothing is known, where a node gave no readable answer.</param>
internal sealed record Finding(OpenTransaction Transaction, Observation Observation, TransactionReceipt? Receipt, string? Unread = null)
{
    /// <summary>It would end, and not enough of the providers say the same of its receipt and its block.</summary>
    public bool IsDisputed { get; init; }

    /// <summary>What a receipt, or that there is none, says next to what the providers agree on.</summary>
    public static Finding Of(OpenTransaction transaction, MinedAttempt? mined, AgreedReading agreed, string? unread)
    {
        if (mined is not null)
        {
            // What they agree on counts, whatever the first one said.
            return agreed.ReceiptOf(mined.Inclusion.Hash) is { } receipt
                ? new(transaction, Observation.OfAgreed(mined.By(receipt).Inclusion, receipt), receipt.Receipt)
                : new(transaction, Observation.OfReceipt(mined.Inclusion, agreed.BlockAt(mined.Inclusion.BlockNumber)), mined.Receipt);
        }

        // The block that it was in is still there, or another is in its place.
        var lost = transaction.State is TransactionState.Mined { Inclusion: var before } && agreed.BlockAt(before.BlockNumber) is { } block
            && block.Hash != before.BlockHash ? Observation.OfReceipt(before, block) : new Observation.ReceiptMissing();
        return new(transaction, lost, null, unread);
    }
}
