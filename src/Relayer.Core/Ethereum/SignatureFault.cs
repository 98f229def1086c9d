namespace Relayer.Core.Ethereum;

/// <summary>Why bytes are not a signature that a forwarder or a node would take.</summary>
public enum SignatureFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>64 bytes: EIP-2098's compact form, which OpenZeppelin's ECDSA refuses since 4.7.3.</summary>
    Compact,

    /// <summary>Neither 65 nor 64 bytes.</summary>
    Length,

    /// <summary>v is none of 0, 1, 27 and 28.</summary>
    RecoveryIdOutOfRange,

    /// <summary>r is zero.</summary>
    RIsZero,

    /// <summary>r is not below the curve's order.</summary>
    ROutOfRange,

    /// <summary>s is zero.</summary>
    SIsZero,

    /// <summary>s is not below the curve's order.</summary>
    SOutOfRange,

    /// <summary>s is in the upper half: the malleable twin of a proper signature (EIP-2).</summary>
    HighS,
}
