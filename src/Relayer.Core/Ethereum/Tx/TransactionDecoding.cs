using System.Diagnostics.CodeAnalysis;
using Relayer.Core.Ethereum.Rlp;

namespace Relayer.Core.Ethereum.Tx;

/// <summary>Reads both transaction types, strictly.</summary>
internal static class TransactionDecoding
{
    internal static bool TryRead(
        ReadOnlySpan<byte> raw, [NotNullWhen(true)] out UnsignedTransaction? transaction, out Signature signature)
    {
        var read = raw is [TransactionEncoding.DynamicType, ..]
            ? TryReadDynamic(raw[1..], out transaction, out signature)
            : TryReadLegacy(raw, out transaction, out signature);
        return read && signature.Check() == SignatureFault.None;
    }

    private static bool TryReadDynamic(
        ReadOnlySpan<byte> source, [NotNullWhen(true)] out UnsignedTransaction? transaction, out Signature signature)
    {
        (transaction, signature) = (null, default);
        var reader = new RlpReader(source);
        if (!reader.TryReadList(out var fields) || !reader.TryEnd()
            || !fields.TryReadNumber(out ulong chain) || chain is 0 or > long.MaxValue
            || !fields.TryReadNumber(out ulong nonce)
            || !fields.TryReadNumber(out UInt256 priority)
            || !fields.TryReadNumber(out UInt256 max)
            || !TryReadCall(ref fields, out var call)
            || !fields.TryReadList(out var accessList) || !accessList.TryEnd()
            || !fields.TryReadNumber(out ulong parity) || parity > 1
            || !TryReadProof(ref fields, out var r, out var s))
        {
            return false;
        }

        var fees = new TransactionFees.Dynamic(new Wei(max), new Wei(priority));
        transaction = new UnsignedTransaction(new ChainId((long)chain), nonce, call.To, call.Value, call.Gas, call.Data, fees);
        signature = new Signature(r, s, (byte)parity);
        return true;
    }

    private static bool TryReadLegacy(
        ReadOnlySpan<byte> source, [NotNullWhen(true)] out UnsignedTransaction? transaction, out Signature signature)
    {
        (transaction, signature) = (null, default);
        var reader = new RlpReader(source);
        if (!reader.TryReadList(out var fields) || !reader.TryEnd()
            || !fields.TryReadNumber(out ulong nonce)
            || !fields.TryReadNumber(out UInt256 price)
            || !TryReadCall(ref fields, out var call)
            || !fields.TryReadNumber(out UInt256 v) || !TrySplit(v, out var chain, out var parity)
            || !TryReadProof(ref fields, out var r, out var s))
        {
            return false;
        }

        var fees = new TransactionFees.Legacy(new Wei(price));
        transaction = new UnsignedTransaction(chain, nonce, call.To, call.Value, call.Gas, call.Data, fees);
        signature = new Signature(r, s, parity);
        return true;
    }

    private static bool TryReadCall(ref RlpReader fields, out Call call)
    {
        call = default;
        if (!fields.TryReadNumber(out ulong gas)
            || !fields.TryReadBytes(out var to) || to.Length is not (0 or Address.Size)
            || !fields.TryReadNumber(out UInt256 value)
            || !fields.TryReadBytes(out var data))
        {
            return false;
        }

        call = new Call(gas, to.IsEmpty ? null : new Address(to), new Wei(value), data.ToArray());
        return true;
    }

    private static bool TryReadProof(ref RlpReader fields, out UInt256 r, out UInt256 s)
    {
        s = default;
        return fields.TryReadNumber(out r) && fields.TryReadNumber(out s) && fields.TryEnd();
    }

    /// <summary>Takes EIP-155's v apart. 27 and 28, of before EIP-155, name no chain and are refused.</summary>
    private static bool TrySplit(UInt256 v, out ChainId chain, out byte parity)
    {
        (chain, parity) = (default, 0);
        UInt256 offset = TransactionEncoding.ReplayProtectedOffset;
        if (v < offset + 2 || v > offset + ((UInt128)long.MaxValue * 2) + 1)
        {
            return false;
        }

        var rest = v - offset;
        chain = new ChainId((long)(ulong)(rest / 2));
        parity = (byte)(ulong)(rest % 2);
        return true;
    }

    private readonly record struct Call(ulong Gas, Address? To, Wei Value, byte[] Data);
}
