using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Calls about accounts, at the newest block or a given one.</summary>
internal static class RpcAccounts
{
    public static RpcCall<ulong> Nonce(Address account) =>
        new("eth_getTransactionCount", writer => WriteAccount(writer, account, BlockRef.Latest), ReadQuantity);

    public static RpcCall<ulong> NonceAt(Address account, long block) =>
        new("eth_getTransactionCount", writer => WriteAccount(writer, account, BlockRef.At(block)), ReadQuantity);

    public static RpcCall<Wei> Balance(Address account) =>
        new("eth_getBalance", writer => WriteAccount(writer, account, BlockRef.Latest), ReadWei);

    public static RpcCall<Wei> BalanceAt(Address account, long block) =>
        new("eth_getBalance", writer => WriteAccount(writer, account, BlockRef.At(block)), ReadWei);

    public static RpcCall<byte[]> Code(Address account, BlockRef at) =>
        new("eth_getCode", writer => WriteAccount(writer, account, at), ReadBytes);

    private static void WriteAccount(Utf8JsonWriter writer, Address account, BlockRef at)
    {
        WriteBytes(writer, account.Span);
        RpcBlocks.WriteBlock(writer, at);
    }
}
