using System.Globalization;
using System.Numerics;
using System.Text.Json;
using DevChain;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>What an auditor reads on the chain, with nothing of the relayer between.</summary>
/// <param name="Mined">By sender and nonce.</param>
/// <param name="Waiting">Hashes in the node's pool.</param>
internal sealed record ChainRecord(IReadOnlyDictionary<(Address From, ulong Nonce), MinedTransaction> Mined, IReadOnlySet<Hash32> Waiting)
{
    public static async Task<ChainRecord> ReadAsync(AnvilNode node)
    {
        var mined = new Dictionary<(Address, ulong), MinedTransaction>();
        for (var number = await node.BlockNumberAsync(EngineWorld.Cancellation); number > 0; number--)
        {
            foreach (var receipt in (await node.Rpc.SendAsync("eth_getBlockReceipts", [Quantity(number)], EngineWorld.Cancellation)).EnumerateArray())
            {
                var hash = receipt.GetProperty("transactionHash").GetString()!;
                var transaction = await node.Rpc.SendAsync("eth_getTransactionByHash", [hash], EngineWorld.Cancellation);
                var nonce = (ulong)JsonRpc.ToInteger(transaction.GetProperty("nonce"));
                mined.Add(
                    (Address.Parse(receipt.GetProperty("from").GetString()!), nonce),
                    new MinedTransaction(
                        Hash32.Parse(hash), receipt.GetProperty("status").GetString() == "0x1",
                        JsonRpc.ToInteger(receipt.GetProperty("gasUsed")) * JsonRpc.ToInteger(receipt.GetProperty("effectiveGasPrice")),
                        JsonRpc.ToInteger(transaction.GetProperty("value"))));
            }
        }

        return new ChainRecord(mined, await ReadPoolAsync(node));
    }

    /// <summary>The hashes in the node's pool.</summary>
    public static async Task<IReadOnlySet<Hash32>> ReadPoolAsync(AnvilNode node)
    {
        var pool = await node.Rpc.SendAsync("txpool_content", [], EngineWorld.Cancellation);
        return pool.EnumerateObject().SelectMany(part => part.Value.EnumerateObject()).SelectMany(sender => sender.Value.EnumerateObject())
            .Select(transaction => Hash32.Parse(transaction.Value.GetProperty("hash").GetString()!)).ToHashSet();
    }

    /// <summary>The hashes in the newest blocks, oldest first.</summary>
    public static async Task<IReadOnlyList<Hash32>> ReadNewestAsync(AnvilNode node, int blocks)
    {
        var hashes = new List<Hash32>();
        var head = await node.BlockNumberAsync(EngineWorld.Cancellation);
        for (var number = head - blocks + 1; number <= head; number++)
        {
            JsonElement block = await node.Rpc.SendAsync("eth_getBlockByNumber", [Quantity(number), false], EngineWorld.Cancellation);
            hashes.AddRange(block.GetProperty("transactions").EnumerateArray().Select(hash => Hash32.Parse(hash.GetString()!)));
        }

        return hashes;
    }

    private static string Quantity(long number) => "0x" + number.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>A transaction in a block.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Succeeded">Status 1.</param>
/// <param name="Fee">Gas used times its price, in wei.</param>
/// <param name="Value">Wei sent along.</param>
internal sealed record MinedTransaction(Hash32 Hash, bool Succeeded, BigInteger Fee, BigInteger Value);
