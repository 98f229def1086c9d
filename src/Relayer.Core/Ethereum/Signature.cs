namespace Relayer.Core.Ethereum;

/// <summary>A recoverable secp256k1 signature: r, s in the lower half of the order, and the recovery id 0 or 1.</summary>
/// <param name="R">The x coordinate of the nonce point, 1 to n - 1.</param>
/// <param name="S">The proof, 1 to n / 2 (EIP-2).</param>
/// <param name="RecoveryId">The parity of y: 0 or 1, also EIP-1559's <c>yParity</c>.</param>
public readonly record struct Signature(UInt256 R, UInt256 S, byte RecoveryId);
