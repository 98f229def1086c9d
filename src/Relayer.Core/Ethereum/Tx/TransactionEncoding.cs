using System.Diagnostics;
using Relayer.Core.Ethereum.Rlp;

namespace Relayer.Core.Ethereum.Tx;

/// <summary>The RLP of both transaction types, with and without a signature.</summary>
/// <remarks>Sources: EIP-1559 ("parameters" and the type 2 envelope), EIP-2718, EIP-155.</remarks>
internal static class TransactionEncoding
{
    /// <summary>EIP-1559's transaction type, the byte before the list.</summary>
    internal const byte DynamicType = 2;

    /// <summary>EIP-155: v = chain id × 2 + 35 + parity.</summary>
    internal const int ReplayProtectedOffset = 35;

    private const int EmptyListLength = 1;

    internal static int LengthForSigning(UnsignedTransaction transaction) =>
        Envelope(transaction) + RlpLength.OfPayload(FieldsLength(transaction) + UnsignedSealLength(transaction));

    internal static int LengthSigned(UnsignedTransaction transaction, Signature signature) =>
        Envelope(transaction) + RlpLength.OfPayload(FieldsLength(transaction) + SealLength(transaction, signature));

    internal static void WriteForSigning(UnsignedTransaction transaction, Span<byte> buffer)
    {
        var writer = new RlpWriter(buffer);
        WriteFields(ref writer, transaction, UnsignedSealLength(transaction));
        if (transaction.Fees is TransactionFees.Legacy)
        {
            writer.Write(Number(transaction.ChainId));
            writer.Write(0UL);
            writer.Write(0UL);
        }
    }

    internal static void WriteSigned(UnsignedTransaction transaction, Signature signature, Span<byte> buffer)
    {
        var writer = new RlpWriter(buffer);
        WriteFields(ref writer, transaction, SealLength(transaction, signature));
        writer.Write(V(transaction, signature));
        writer.Write(signature.R);
        writer.Write(signature.S);
    }

    private static int Envelope(UnsignedTransaction transaction) => transaction.Fees is TransactionFees.Dynamic ? 1 : 0;

    private static int UnsignedSealLength(UnsignedTransaction transaction) =>
        transaction.Fees is TransactionFees.Legacy ? RlpLength.Of(Number(transaction.ChainId)) + 2 : 0;

    private static int SealLength(UnsignedTransaction transaction, Signature signature) =>
        RlpLength.Of(V(transaction, signature)) + RlpLength.Of(signature.R) + RlpLength.Of(signature.S);

    private static int FieldsLength(UnsignedTransaction transaction)
    {
        var shared = RlpLength.Of(transaction.Nonce)
            + RlpLength.Of(transaction.Gas)
            + (transaction.To is null ? 1 : 1 + Address.Size)
            + RlpLength.Of(transaction.Value.Value)
            + RlpLength.Of(transaction.Data.Span);
        return shared + transaction.Fees switch
        {
            TransactionFees.Dynamic fees => RlpLength.Of(Number(transaction.ChainId)) + RlpLength.Of(fees.MaxPriorityFee.Value)
                + RlpLength.Of(fees.MaxFee.Value) + EmptyListLength,
            TransactionFees.Legacy fees => RlpLength.Of(fees.GasPrice.Value),
            _ => throw new UnreachableException(),
        };
    }

    private static void WriteFields(ref RlpWriter writer, UnsignedTransaction transaction, int sealLength)
    {
        var payload = FieldsLength(transaction) + sealLength;
        switch (transaction.Fees)
        {
            case TransactionFees.Dynamic fees:
                writer.WriteRaw([DynamicType]);
                writer.StartList(payload);
                writer.Write(Number(transaction.ChainId));
                writer.Write(transaction.Nonce);
                writer.Write(fees.MaxPriorityFee.Value);
                writer.Write(fees.MaxFee.Value);
                WriteCall(ref writer, transaction);
                writer.StartList(0);
                break;
            case TransactionFees.Legacy fees:
                writer.StartList(payload);
                writer.Write(transaction.Nonce);
                writer.Write(fees.GasPrice.Value);
                WriteCall(ref writer, transaction);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void WriteCall(ref RlpWriter writer, UnsignedTransaction transaction)
    {
        writer.Write(transaction.Gas);
        if (transaction.To is { } to)
        {
            writer.Write(to.Span);
        }
        else
        {
            writer.Write([]);
        }

        writer.Write(transaction.Value.Value);
        writer.Write(transaction.Data.Span);
    }

    private static UInt256 V(UnsignedTransaction transaction, Signature signature) =>
        transaction.Fees is TransactionFees.Dynamic
            ? signature.RecoveryId
            : ((UInt128)Number(transaction.ChainId) * 2) + ReplayProtectedOffset + signature.RecoveryId;

    private static ulong Number(ChainId chain) => checked((ulong)chain.Value);
}
