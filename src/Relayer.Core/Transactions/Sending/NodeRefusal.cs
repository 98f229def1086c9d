using Relayer.Core.Providers;

namespace Relayer.Core.Transactions.Sending;

/// <summary>What a node's refusal of a signed transaction says about its future.</summary>
internal static class NodeRefusal
{
    /// <summary>The same bytes can never be mined. Everything else may be: the transaction is treated as sent.</summary>
    public static bool IsFinal(NodeErrorKind kind) =>
        kind is NodeErrorKind.IntrinsicGasTooLow or NodeErrorKind.GasLimitTooHigh or NodeErrorKind.Malformed;
}
