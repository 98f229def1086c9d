using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>The receipts of transactions, whichever of their attempts was mined, with the head they were read at: one provider's word.</summary>
internal sealed class ReceiptReading
{
    private readonly Dictionary<Hash32, TransactionReceipt> _receipts = [];
    private readonly Dictionary<Hash32, string> _unread = [];

    private ReceiptReading(long head) => Head = head;

    /// <summary>The height of the node that answered.</summary>
    public long Head { get; }

    /// <summary>Asks for all of them in one round trip; for none without one.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public static async Task<ReceiptReading> ReadAsync(
        IChainClient chain, IReadOnlyList<OpenTransaction> transactions, CancellationToken cancellation)
    {
        Hash32[] hashes = [.. transactions.SelectMany(transaction => transaction.Attempts).Select(attempt => attempt.Hash)];
        if (hashes.Length == 0)
        {
            return new ReceiptReading(0);
        }

        var answer = await chain.ReadReceiptsAsync(hashes, cancellation);
        var reading = new ReceiptReading(answer.Head);
        for (var i = 0; i < hashes.Length; i++)
        {
            if (answer.Receipts[i] is { } receipt)
            {
                reading._receipts[hashes[i]] = receipt;
            }
            else if (answer.Unread.TryGetValue(i, out var why))
            {
                reading._unread[hashes[i]] = why;
            }
        }

        return reading;
    }

    /// <summary>What it says of a transaction; nothing where there is no receipt.</summary>
    public MinedAttempt? Of(OpenTransaction transaction)
    {
        foreach (var attempt in transaction.Attempts)
        {
            if (_receipts.TryGetValue(attempt.Hash, out var receipt))
            {
                return MinedAttempt.Of(attempt, receipt);
            }
        }

        return null;
    }

    /// <summary>Why it says nothing of a transaction that may well have a receipt; <see langword="null"/> otherwise.</summary>
    public string? WhyUnread(OpenTransaction transaction) =>
        transaction.Attempts.Select(attempt => _unread.GetValueOrDefault(attempt.Hash)).FirstOrDefault(why => why is not null);
}

/// <summary>An attempt that was mined, by somebody's word.</summary>
/// <param name="Inclusion">Where, and what it cost.</param>
/// <param name="Receipt">The receipt.</param>
internal sealed record MinedAttempt(Inclusion Inclusion, TransactionReceipt Receipt)
{
    public static MinedAttempt Of(Attempt attempt, TransactionReceipt receipt) => Of(attempt.Hash, attempt.IsNoop, receipt);

    /// <summary>The same attempt by the receipt that the providers agree on.</summary>
    public MinedAttempt By(CanonicalReceipt agreed) => Of(Inclusion.Hash, Inclusion.IsNoop, agreed.Receipt);

    private static MinedAttempt Of(Hash32 hash, bool isNoop, TransactionReceipt receipt) => new(
        new Inclusion(
            hash, isNoop, receipt.BlockNumber, receipt.BlockHash, receipt.Succeeded,
            receipt.GasUsed, receipt.EffectiveGasPrice, receipt.L1Fee, receipt.Fee),
        receipt);
}
