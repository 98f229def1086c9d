namespace Relayer.Core.Ethereum.Tx;

/// <summary>What a transaction offers for gas, in wei per gas; it also decides the transaction's type.</summary>
public abstract record TransactionFees
{
    private TransactionFees()
    {
    }

    /// <summary>The most that one gas can cost, in wei: times the gas limit it bounds the bill.</summary>
    public abstract Wei MaxPrice { get; }

    /// <summary>EIP-1559 fees, sent as a type 2 transaction.</summary>
    /// <param name="MaxFee">The most to pay per gas, base fee and tip together.</param>
    /// <param name="MaxPriorityFee">The most of it that goes to the block's producer; nodes refuse more than <paramref name="MaxFee"/>.</param>
    public sealed record Dynamic(Wei MaxFee, Wei MaxPriorityFee) : TransactionFees
    {
        /// <inheritdoc/>
        public override Wei MaxPrice => MaxFee;
    }

    /// <summary>One price, sent as an EIP-155 legacy transaction to a chain without EIP-1559.</summary>
    /// <param name="GasPrice">What is paid per gas.</param>
    public sealed record Legacy(Wei GasPrice) : TransactionFees
    {
        /// <inheritdoc/>
        public override Wei MaxPrice => GasPrice;
    }
}
