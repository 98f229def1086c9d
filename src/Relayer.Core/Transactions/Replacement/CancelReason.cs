namespace Relayer.Core.Transactions.Replacement;

/// <summary>Why a noop is to take a transaction's nonce in the payload's place. The numbers are the column's.</summary>
public enum CancelReason
{
    /// <summary>It would be mined too late.</summary>
    Late = 1,

    /// <summary>No node will ever take it.</summary>
    Refused = 2,

    /// <summary>An operator asked for it.</summary>
    Cancelled = 3,
}
