using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Providers;

/// <summary>A call to run without sending it.</summary>
/// <param name="From">The account it pretends to come from.</param>
/// <param name="To">The contract.</param>
/// <param name="Data">The calldata.</param>
/// <param name="Gas">The gas limit; <see langword="null"/> leaves it to the node.</param>
/// <param name="Value">The value in wei that goes with it.</param>
public sealed record EthCall(Address? From, Address To, ReadOnlyMemory<byte> Data, ulong? Gas = null, Wei Value = default)
{
    /// <summary>What it offers for gas; <see langword="null"/>: nothing, and whoever looks sees that it is no transaction.</summary>
    public TransactionFees? Fees { get; init; }
}
