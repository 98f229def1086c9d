using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Somebody else on the chain, who does the same as we, for more gas.</summary>
public static class Rival
{
    private const long Gwei = 1_000_000_000;

    /// <summary>Sends a transaction and waits for nothing: it may wait in the pool, and it may fail.</summary>
    /// <param name="node">The chain.</param>
    /// <param name="to">The contract.</param>
    /// <param name="data">What it is called with.</param>
    /// <param name="value">The wei sent along, in hexadecimal.</param>
    /// <param name="maxGwei">The most for a gas.</param>
    /// <param name="tipGwei">The tip for a gas.</param>
    /// <param name="from">The rival, one of the node's accounts; its first by default.</param>
    /// <param name="cancellation">Stops sending.</param>
    public static async Task SendAsync(
        AnvilNode node, Address to, byte[] data, string value = "0x0", long maxGwei = 100, long tipGwei = 100, string? from = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        from ??= (await node.AccountsAsync(cancellation))[0];
        var transaction = new
        {
            from,
            to = $"{to}",
            data = Hex.Encode(data),
            value,
            gas = "0x1e8480",
            maxFeePerGas = $"0x{maxGwei * Gwei:x}",
            maxPriorityFeePerGas = $"0x{tipGwei * Gwei:x}",
        };
        await node.Rpc.SendAsync("eth_sendTransaction", [transaction], cancellation);
    }
}
