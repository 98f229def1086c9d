using System.Collections.Frozen;

namespace Relayer.Core.Nethereum;

/// <summary>The methods that are passed on to nodes: those that read, and mean the same on whichever node answers.</summary>
/// <remarks>
/// Left out is what signs or sends (the engine does), what holds state in one node (filters, subscriptions), what belongs to a node's operator
/// (<c>personal_*</c>, <c>admin_*</c>, <c>txpool_*</c>), and what can be made to cost a node dearly (<c>debug_*</c>, <c>trace_*</c>).
/// </remarks>
public static class ReadMethods
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "eth_blobBaseFee", "eth_blockNumber", "eth_call", "eth_chainId", "eth_createAccessList", "eth_estimateGas", "eth_feeHistory", "eth_gasPrice",
        "eth_getBalance", "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getBlockTransactionCountByHash",
        "eth_getBlockTransactionCountByNumber", "eth_getCode", "eth_getLogs", "eth_getProof", "eth_getStorageAt",
        "eth_getTransactionByBlockHashAndIndex", "eth_getTransactionByBlockNumberAndIndex", "eth_getTransactionByHash", "eth_getTransactionCount",
        "eth_getTransactionReceipt", "eth_maxPriorityFeePerGas", "net_version",
    ]);

    /// <summary>Whether a method is passed on.</summary>
    public static bool Serves(string method) => Names.Contains(method);

    /// <summary>Refuses a method that is not passed on.</summary>
    /// <exception cref="NotSupportedException">Says what to do instead.</exception>
    public static void Require(string method)
    {
        if (!Serves(method))
        {
            throw new NotSupportedException(Explain(method));
        }
    }

    private static string Explain(string method) => method switch
    {
        "eth_sendTransaction" or "eth_sendRawTransaction" =>
            $"{method} never reaches a node from here: send with a contract's transaction handler or the transaction manager, and the engine signs and sends.",
        _ when method.Contains("sign", StringComparison.OrdinalIgnoreCase) || method.StartsWith("personal_", StringComparison.Ordinal) =>
            $"{method} is not served: keys stay with the engine, and nothing else is signed with them.",
        _ when method is "eth_subscribe" or "eth_unsubscribe" || method.Contains("Filter", StringComparison.Ordinal) =>
            $"{method} is not served: what it keeps would be kept in one node of several. Read events with eth_getLogs.",
        _ => $"{method} is not served: it is not among the methods that read and mean the same on every node.",
    };
}
