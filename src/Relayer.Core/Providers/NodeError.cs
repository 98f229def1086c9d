using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>A node's refusal, classified once.</summary>
/// <param name="Kind">What it means here.</param>
/// <param name="Code">The JSON-RPC code.</param>
/// <param name="Message">The node's own words, bounded in length.</param>
public sealed record NodeError(NodeErrorKind Kind, int Code, string Message)
{
    /// <summary>The numbers in its words, where there are any that mean something.</summary>
    public NodeFigures? Figures { get; init; }
}

/// <summary>What a node's refusal says is needed, or allowed.</summary>
/// <param name="LeastTip">The least tip that it takes, in wei per gas.</param>
/// <param name="RetryAfter">How long it asks to be left alone.</param>
/// <param name="BaseFee">The base fee of the block that it would put the transaction in, in wei per gas.</param>
/// <param name="MostBlocks">Of how many blocks it tells the logs at once, whatever is in them.</param>
/// <param name="RetryBlocks">Of how many blocks it would tell these logs.</param>
public sealed record NodeFigures(
    Wei? LeastTip = null, TimeSpan? RetryAfter = null, Wei? BaseFee = null, long? MostBlocks = null, long? RetryBlocks = null);

/// <summary>What a node's refusal means for a transaction or a call.</summary>
public enum NodeErrorKind
{
    /// <summary>Nothing known; a transaction that met it is treated as sent.</summary>
    Unknown,

    /// <summary>The node holds this very transaction already: success.</summary>
    AlreadyKnown,

    /// <summary>The nonce was used by a mined transaction.</summary>
    NonceTooLow,

    /// <summary>The nonce is beyond what the node will queue.</summary>
    NonceTooHigh,

    /// <summary>Another transaction holds the nonce and the fee is not high enough to replace it.</summary>
    ReplacementUnderpriced,

    /// <summary>The fee is below what the node accepts at all.</summary>
    FeeTooLow,

    /// <summary>The fee exceeds the node's own ceiling.</summary>
    FeeAboveNodeCap,

    /// <summary>The account cannot pay for gas and value.</summary>
    InsufficientFunds,

    /// <summary>The gas limit is below the intrinsic cost.</summary>
    IntrinsicGasTooLow,

    /// <summary>The gas limit is above the block's or the transaction's maximum.</summary>
    GasLimitTooHigh,

    /// <summary>The node's pool is full.</summary>
    PoolFull,

    /// <summary>The call or the transaction reverts in the contract.</summary>
    Reverted,

    /// <summary>The call ran out of the gas it was given.</summary>
    OutOfGas,

    /// <summary>The answer would be too large (logs of too many blocks, or too many of them): ask for less.</summary>
    TooManyResults,

    /// <summary>The bytes are not a transaction this chain takes (encoding, signature, type, chain id).</summary>
    Malformed,

    /// <summary>The node asks for fewer requests.</summary>
    RateLimited,

    /// <summary>The node lacks the method or the data (pruned, syncing).</summary>
    Unsupported,
}
