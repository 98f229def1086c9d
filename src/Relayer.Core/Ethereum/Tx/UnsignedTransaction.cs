using System.Buffers;

namespace Relayer.Core.Ethereum.Tx;

/// <summary>A transaction before its signature: EIP-1559 (type 2, no access list) or EIP-155 legacy, by its fees.</summary>
/// <param name="ChainId">The chain it is for; the signature covers it, so that it cannot be replayed on another.</param>
/// <param name="Nonce">The sender's count of transactions before this one.</param>
/// <param name="To">The account called; <see langword="null"/> creates a contract.</param>
/// <param name="Value">The wei sent along.</param>
/// <param name="Gas">The gas limit.</param>
/// <param name="Data">The calldata, or the new contract's init code.</param>
/// <param name="Fees">What is offered for gas, and so the type.</param>
/// <remarks>Equality compares <paramref name="Data"/> by place rather than content; compare digests instead.</remarks>
public sealed record UnsignedTransaction(
    ChainId ChainId, ulong Nonce, Address? To, Wei Value, ulong Gas, ReadOnlyMemory<byte> Data, TransactionFees Fees)
{
    private const int LargestOnStack = 2048;

    /// <summary>What the sender signs: Keccak-256 of the encoding without a signature.</summary>
    /// <exception cref="OverflowException">The chain id is negative.</exception>
    public Hash32 SigningDigest()
    {
        var size = TransactionEncoding.LengthForSigning(this);
        var rented = size > LargestOnStack ? ArrayPool<byte>.Shared.Rent(size) : null;
        Span<byte> buffer = rented ?? stackalloc byte[LargestOnStack];
        buffer = buffer[..size];
        TransactionEncoding.WriteForSigning(this, buffer);
        var digest = Keccak256.Hash(buffer);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return digest;
    }

    /// <summary>The signed bytes, as <c>eth_sendRawTransaction</c> takes them.</summary>
    /// <exception cref="ArgumentException">The signature's values are out of range, or s is high.</exception>
    /// <exception cref="OverflowException">The chain id is negative.</exception>
    public byte[] Encode(Signature signature)
    {
        var fault = signature.Check();
        if (fault != SignatureFault.None)
        {
            throw new ArgumentException($"no node takes this signature: {fault}", nameof(signature));
        }

        var raw = new byte[TransactionEncoding.LengthSigned(this, signature)];
        TransactionEncoding.WriteSigned(this, signature, raw);
        return raw;
    }

    /// <summary>The signed bytes together with the transaction's hash.</summary>
    /// <exception cref="ArgumentException">As <see cref="Encode"/>.</exception>
    /// <exception cref="OverflowException">The chain id is negative.</exception>
    public SignedTransaction Sign(Signature signature) => SignedTransaction.FromRaw(Encode(signature));
}
