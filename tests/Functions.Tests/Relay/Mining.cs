using System.Numerics;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Functions.Tests.Relay;

/// <summary>Lets a test decide what is mined and when, and send transactions of its own.</summary>
internal static class Mining
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>No block comes until <see cref="ResumeAsync"/>, unless it is asked for.</summary>
    public static async Task StopAsync(AnvilNode node)
    {
        await node.SetAutomineAsync(false, Cancellation);
        await node.SetBlockTimeAsync(TimeSpan.Zero, Cancellation);
    }

    /// <summary>A block a second again.</summary>
    public static Task ResumeAsync(AnvilNode node) => node.SetBlockTimeAsync(TimeSpan.FromSeconds(1), Cancellation);

    /// <summary>Sends a transaction with a high tip: a block takes it before others.</summary>
    public static async Task SendAsync(AnvilNode node, DevKey key, ulong nonce, Address to, byte[]? data = null)
    {
        var gwei = Wei.FromGwei(1);
        var unsigned = new UnsignedTransaction(
            new ChainId(node.ChainId), nonce, to, Wei.Zero, data is null ? 21_000UL : 400_000UL, data ?? [],
            new TransactionFees.Dynamic(gwei * 100, gwei * 50));
        var raw = unsigned.Encode(Secp256k1.Default.Sign(Hex.Decode(key.PrivateKey), unsigned.SigningDigest()));
        await node.Rpc.SendAsync("eth_sendRawTransaction", [Hex.Encode(raw)], Cancellation);
    }

    /// <summary>An account with ether.</summary>
    public static async Task<DevKey> FundAsync(AnvilNode node)
    {
        var key = DevKey.Create();
        await node.SetBalanceAsync(key.Address.ToString(), BigInteger.Pow(10, 20), Cancellation);
        return key;
    }
}
