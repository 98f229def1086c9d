namespace Relayer.Core.Ethereum.Tx;

/// <summary>What no transaction may exceed, whoever makes it.</summary>
public static class TransactionLimits
{
    /// <summary>The most gas one transaction may ask for on Ethereum since Osaka, 2^24 (EIP-7825).</summary>
    public const int MaxGas = 1 << 24;

    /// <summary>The most bytes of calldata: nodes refuse transactions above 128 KiB (geth's pool); this leaves room for what is around.</summary>
    public const int MaxDataBytes = 120 * 1024;
}
