using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Calls about transactions: handed in, and what became of them.</summary>
internal static class RpcTransactions
{
    public static RpcCall<Hash32> SendRaw(ReadOnlyMemory<byte> raw) =>
        new("eth_sendRawTransaction", writer => WriteBytes(writer, raw.Span), ReadHash);

    public static RpcCall<TransactionReceipt?> Receipt(Hash32 hash) =>
        new("eth_getTransactionReceipt", writer => WriteBytes(writer, hash.Span), result => ReadReceipt(result, hash));

    public static RpcCall<KnownTransaction?> ByHash(Hash32 hash) =>
        new("eth_getTransactionByHash", writer => WriteBytes(writer, hash.Span), result => ReadTransaction(result, hash));

    private static KnownTransaction? ReadTransaction(JsonElement transaction, Hash32 asked)
    {
        if (transaction.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        RequireObject(transaction, "a transaction");
        return ReadHash(Required(transaction, "hash")) == asked
            ? new KnownTransaction(asked, ReadAddress(Required(transaction, "from")), ReadBytes(Required(transaction, "input")))
            : throw Misshapen("the transaction asked for", transaction);
    }

    private static TransactionReceipt? ReadReceipt(JsonElement receipt, Hash32 asked)
    {
        // A receipt without a block is of a transaction that is not mined yet.
        if (receipt.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        RequireObject(receipt, "a receipt");
        if (Optional(receipt, "blockHash") is not { } blockHash)
        {
            return null;
        }

        var hash = ReadHash(Required(receipt, "transactionHash"));
        return hash == asked
            ? new TransactionReceipt(
                hash,
                ReadNumber(Required(receipt, "blockNumber")),
                ReadHash(blockHash),
                ReadQuantity(Required(receipt, "status")) == 1,
                ReadQuantity(Required(receipt, "gasUsed")),
                ReadWei(Required(receipt, "effectiveGasPrice")),
                Optional(receipt, "l1Fee") is { } l1Fee ? ReadWei(l1Fee) : Wei.Zero,
                [.. RequireArray(Required(receipt, "logs"), "logs").Select(RpcLogs.ReadLog)])
            : throw Misshapen("the receipt asked for", receipt);
    }
}
