namespace Relayer.Core.Ethereum;

/// <summary>The curve, and the implementation of it in use on this machine.</summary>
public static class Secp256k1
{
    private static readonly Lazy<ISecp256k1> Chosen = new(static () => NativeSecp256k1.TryLoad() ?? (ISecp256k1)new ManagedSecp256k1());

    /// <summary>n, the number of points and the bound of keys, r and s.</summary>
    /// <remarks>Source: SEC 2, version 2.0, section 2.4.1.</remarks>
    public static UInt256 Order => new(
        new UInt128(0xffffffffffffffff, 0xfffffffffffffffe), new UInt128(0xbaaedce6af48a03b, 0xbfd25e8cd0364141));

    /// <summary>n / 2 rounded down, the greatest s that is not malleable.</summary>
    /// <remarks>Source: EIP-2.</remarks>
    public static UInt256 HalfOrder => new(
        new UInt128(0x7fffffffffffffff, 0xffffffffffffffff), new UInt128(0x5d576e7357a4501d, 0xdfe92f46681b20a0));

    /// <summary>The native library when it loads and passes its self-test, managed code otherwise. Chosen once, on first use.</summary>
    public static ISecp256k1 Default => Chosen.Value;
}
