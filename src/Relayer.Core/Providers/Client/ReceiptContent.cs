using System.Buffers;
using System.Buffers.Binary;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers.Client;

/// <summary>Everything of a receipt that money or an outcome depends on, to compare: status, cost and every event.</summary>
/// <param name="Succeeded">Status 1.</param>
/// <param name="GasUsed">Gas.</param>
/// <param name="GasPrice">Wei per gas paid.</param>
/// <param name="L1Fee">Data fee in wei.</param>
/// <param name="Logs">A hash over all events in order.</param>
internal readonly record struct ReceiptContent(bool Succeeded, ulong GasUsed, Wei GasPrice, Wei L1Fee, Hash32 Logs)
{
    public static ReceiptContent Of(TransactionReceipt receipt) =>
        new(receipt.Succeeded, receipt.GasUsed, receipt.EffectiveGasPrice, receipt.L1Fee, HashOf(receipt.Logs));

    /// <summary>In words, for evidence.</summary>
    public override string ToString() =>
        $"status {(Succeeded ? 1 : 0)}, gas used {GasUsed}, price {GasPrice} wei, data fee {L1Fee} wei, events {Logs}";

    // Lengths stand before what varies: no two lists of events are written the same.
    private static Hash32 HashOf(IReadOnlyList<LogEntry> logs)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var log in logs)
        {
            bytes.Write(log.Address.Span);
            WriteLength(log.Topics.Count);
            foreach (var topic in log.Topics)
            {
                bytes.Write(topic.Span);
            }

            WriteLength(log.Data.Length);
            bytes.Write(log.Data.Span);
        }

        return Keccak256.Hash(bytes.WrittenSpan);

        void WriteLength(int length)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), length);
            bytes.Advance(sizeof(int));
        }
    }
}
