namespace Relayer.Core.Ethereum;

/// <summary>A recoverable secp256k1 signature: r, s in the lower half of the order, and the recovery id 0 or 1.</summary>
/// <param name="R">The x coordinate of the nonce point, 1 to n - 1.</param>
/// <param name="S">The proof, 1 to n / 2 (EIP-2).</param>
/// <param name="RecoveryId">The parity of y: 0 or 1, also EIP-1559's <c>yParity</c>.</param>
public readonly record struct Signature(UInt256 R, UInt256 S, byte RecoveryId)
{
    /// <summary>Bytes in the wire form: r, s, v.</summary>
    public const int Size = 65;

    private const byte Offset = 27;

    // https://eips.ethereum.org/EIPS/eip-6492: what ends each wrapped signature, sixteen times 0x6492.
    private static ReadOnlySpan<byte> WrappedMark =>
    [
        0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92,
        0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92,
    ];

    /// <summary>Says what is wrong with the values, or <see cref="SignatureFault.None"/>.</summary>
    /// <remarks>It may still be no signature of anything: whether r is on the curve shows when recovering.</remarks>
    public SignatureFault Check() =>
        RecoveryId > 1 ? SignatureFault.RecoveryIdOutOfRange
        : R.IsZero ? SignatureFault.RIsZero
        : R >= Secp256k1.Order ? SignatureFault.ROutOfRange
        : S.IsZero ? SignatureFault.SIsZero
        : S >= Secp256k1.Order ? SignatureFault.SOutOfRange
        : S > Secp256k1.HalfOrder ? SignatureFault.HighS
        : SignatureFault.None;

    /// <summary>Reads r, s and v, 65 bytes big-endian as wallets give them; v is 0, 1, 27 or 28.</summary>
    /// <param name="bytes">The wire form.</param>
    /// <param name="signature">The signature, when none is wrong.</param>
    /// <param name="fault">Why it was refused; <see cref="SignatureFault.None"/> when it was not.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Signature signature, out SignatureFault fault)
    {
        signature = default;
        if (bytes.Length != Size)
        {
            fault = bytes.Length == Size - 1 ? SignatureFault.Compact : SignatureFault.Length;
            return false;
        }

        var v = bytes[Size - 1];
        var read = new Signature(
            UInt256.ReadBigEndian(bytes[..32]), UInt256.ReadBigEndian(bytes[32..64]), v >= Offset ? (byte)(v - Offset) : v);
        fault = read.Check();
        signature = fault == SignatureFault.None ? read : default;
        return fault == SignatureFault.None;
    }

    /// <summary>Whether bytes are a signature that is wrapped together with how to deploy the contract that would check it (ERC-6492).</summary>
    public static bool IsWrapped(ReadOnlySpan<byte> bytes) => bytes.Length > Size && bytes.EndsWith(WrappedMark);

    /// <summary>Writes r, s and v (27 or 28), 65 bytes, as contracts and wallets expect.</summary>
    /// <exception cref="ArgumentException">There is no room for 65 bytes.</exception>
    public void WriteTo(Span<byte> bytes)
    {
        if (bytes.Length < Size)
        {
            throw new ArgumentException($"a signature needs {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        R.WriteBigEndian(bytes);
        S.WriteBigEndian(bytes[32..]);
        bytes[Size - 1] = (byte)(Offset + RecoveryId);
    }

    /// <summary>The 65 bytes of <see cref="WriteTo"/>.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>The 65 bytes of <see cref="WriteTo"/> as <c>0x</c> and 130 digits.</summary>
    public override string ToString() => Hex.Encode(ToArray());
}
