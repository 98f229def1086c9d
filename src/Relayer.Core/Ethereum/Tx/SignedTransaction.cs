using System.Diagnostics.CodeAnalysis;

namespace Relayer.Core.Ethereum.Tx;

/// <summary>A transaction ready to be broadcast.</summary>
/// <param name="Raw">The signed bytes.</param>
/// <param name="Hash">Keccak-256 of <paramref name="Raw"/>: the transaction's hash.</param>
public sealed record SignedTransaction(ReadOnlyMemory<byte> Raw, Hash32 Hash)
{
    /// <summary>Takes signed bytes, such as stored ones, and hashes them.</summary>
    public static SignedTransaction FromRaw(ReadOnlyMemory<byte> raw) => new(raw, Keccak256.Hash(raw.Span));

    /// <summary>
    /// Reads back what <see cref="UnsignedTransaction.Encode"/> writes: EIP-1559 without an access list, or EIP-155 legacy.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> for another type, a legacy transaction without a chain id, anything not canonical, a
    /// signature out of range or from which no sender comes.
    /// </returns>
    public static bool TryDecode(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out DecodedTransaction? decoded)
    {
        decoded = null;
        if (!TransactionDecoding.TryRead(raw, out var transaction, out var signature)
            || !Secp256k1.Default.TryRecover(transaction.SigningDigest(), signature, out var sender))
        {
            return false;
        }

        decoded = new DecodedTransaction(transaction, signature, sender, Keccak256.Hash(raw));
        return true;
    }
}

/// <summary>What signed bytes say.</summary>
/// <param name="Transaction">The fields.</param>
/// <param name="Signature">The signature.</param>
/// <param name="Sender">The account that signed, recovered.</param>
/// <param name="Hash">The transaction's hash.</param>
public sealed record DecodedTransaction(UnsignedTransaction Transaction, Signature Signature, Address Sender, Hash32 Hash);
