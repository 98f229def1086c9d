namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Calls about a chain as a whole.</summary>
internal static class RpcChain
{
    public static RpcCall<long> ChainId() => new("eth_chainId", RpcValues.WriteNothing, RpcValues.ReadNumber);

    public static RpcCall<long> BlockNumber() => new("eth_blockNumber", RpcValues.WriteNothing, RpcValues.ReadNumber);
}
