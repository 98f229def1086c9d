namespace Relayer.Core.Transactions;

/// <summary><see cref="TransactionStateKind"/> in SQL: each state's number, and conditions on the column <c>state</c>.</summary>
/// <remarks>After a table's alias too: <c>t.{TransactionStates.InFlight}</c>. The partial indexes stand on the first two conditions.</remarks>
internal static class TransactionStates
{
    public const string Reserved = "0";
    public const string Signed = "1";
    public const string Broadcast = "2";
    public const string Mined = "3";
    public const string Confirmed = "4";
    public const string Cancelled = "5";
    public const string Failed = "6";
    public const string NonceUsedExternally = "7";

    /// <summary>The nonce is taken and in no block.</summary>
    public const string InFlight = $"state < {Mined}";

    /// <summary>The engine still has work.</summary>
    public const string Open = $"state < {Confirmed}";

    /// <summary>Nothing can change any more.</summary>
    public const string Final = $"state >= {Confirmed}";

    /// <summary>One of its attempts is in a block: it is paid for.</summary>
    public const string InBlock = $"state in ({Mined}, {Confirmed}, {Cancelled}, {Failed})";

    /// <summary>The same, for good.</summary>
    public const string FinalInBlock = $"state in ({Confirmed}, {Cancelled}, {Failed})";
}
