namespace Relayer.Core.Transactions;

/// <summary>Which <see cref="TransactionState"/> a transaction is in, without what is known of it there. The numbers are the column's.</summary>
public enum TransactionStateKind
{
    /// <inheritdoc cref="TransactionState.Reserved"/>
    Reserved = 0,

    /// <inheritdoc cref="TransactionState.Signed"/>
    Signed = 1,

    /// <inheritdoc cref="TransactionState.Broadcast"/>
    Broadcast = 2,

    /// <inheritdoc cref="TransactionState.Mined"/>
    Mined = 3,

    /// <inheritdoc cref="TransactionState.Confirmed"/>
    Confirmed = 4,

    /// <inheritdoc cref="TransactionState.Cancelled"/>
    Cancelled = 5,

    /// <inheritdoc cref="TransactionState.Failed"/>
    Failed = 6,

    /// <inheritdoc cref="TransactionState.NonceUsedExternally"/>
    NonceUsedExternally = 7,
}

/// <summary>What operators read.</summary>
internal static class TransactionStateNames
{
    /// <summary>The state's name, as in answers.</summary>
    public static string Name(this TransactionStateKind state) => state switch
    {
        TransactionStateKind.Reserved => "reserved",
        TransactionStateKind.Signed => "signed",
        TransactionStateKind.Broadcast => "broadcast",
        TransactionStateKind.Mined => "mined",
        TransactionStateKind.Confirmed => "confirmed",
        TransactionStateKind.Cancelled => "cancelled",
        TransactionStateKind.Failed => "failed",
        TransactionStateKind.NonceUsedExternally => "displaced",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };
}
