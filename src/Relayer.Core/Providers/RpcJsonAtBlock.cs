using System.Text.Json;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Calls about a given block.</summary>
internal static partial class RpcJson
{
    public static RpcCall<BlockHeader> HeaderAt(long block) => new("eth_getBlockByNumber", writer => WriteBlock(writer, block, false), ReadHeader);

    public static RpcCall<Wei> BalanceAt(Address account, long block) =>
        new("eth_getBalance", writer => WriteAccountAt(writer, account, block), ReadWei);

    public static RpcCall<ulong> NonceAt(Address account, long block) =>
        new("eth_getTransactionCount", writer => WriteAccountAt(writer, account, block), ReadQuantity);

    /// <summary>What a block's transactions carry to an account.</summary>
    public static RpcCall<IReadOnlyList<NativeTransfer>> Transfers(long block, Address to) =>
        new("eth_getBlockByNumber", writer => WriteBlock(writer, block, true), result => ReadTransfers(result, to));

    private static List<NativeTransfer> ReadTransfers(JsonElement block, Address to)
    {
        RequireObject(block, "a block");
        var number = ReadNumber(Required(block, "number"));
        var transfers = new List<NativeTransfer>();
        foreach (var transaction in RequireArray(Required(block, "transactions"), "transactions"))
        {
            RequireObject(transaction, "a transaction");
            if (Optional(transaction, "to") is { } recipient && ReadAddress(recipient) == to
                && ReadWei(Required(transaction, "value")) is { IsZero: false } value)
            {
                transfers.Add(new NativeTransfer(
                    number, ReadHash(Required(transaction, "hash")), ReadAddress(Required(transaction, "from")), value));
            }
        }

        return transfers;
    }

    private static void WriteBlock(Utf8JsonWriter writer, long block, bool inFull)
    {
        writer.WriteStringValue(Quantity((ulong)block));
        writer.WriteBooleanValue(inFull);
    }

    private static void WriteAccountAt(Utf8JsonWriter writer, Address account, long block)
    {
        WriteBytes(writer, account.Span);
        writer.WriteStringValue(Quantity((ulong)block));
    }
}
