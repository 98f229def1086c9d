using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>The receipts of transactions, whichever of their attempts was mined, with the head they were read at.</summary>
internal sealed class ReceiptReading
{
    private readonly Dictionary<Hash32, TransactionReceipt> _receipts = [];

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
        foreach (var (hash, receipt) in hashes.Zip(answer.Receipts))
        {
            if (receipt is not null)
            {
                reading._receipts[hash] = receipt;
            }
        }

        return reading;
    }

    /// <summary>What it says of a transaction.</summary>
    public (Observation Observation, TransactionReceipt? Receipt) Of(OpenTransaction transaction)
    {
        foreach (var attempt in transaction.Attempts)
        {
            if (_receipts.TryGetValue(attempt.Hash, out var receipt))
            {
                var inclusion = new Inclusion(
                    attempt.Hash, attempt.IsNoop, receipt.BlockNumber, receipt.BlockHash, receipt.Succeeded,
                    receipt.GasUsed, receipt.EffectiveGasPrice, receipt.L1Fee, receipt.Fee);
                return (new Observation.ReceiptSeen(inclusion, Head), receipt);
            }
        }

        return (new Observation.ReceiptMissing(Head), null);
    }
}
