using Nethereum.ABI.FunctionEncoding;
using Nethereum.Contracts;
using Nethereum.JsonRpc.Client;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Nethereum;

/// <summary>The library's exceptions for what a node or a contract says no to.</summary>
internal static class ChainRefusals
{
    /// <summary>Whether it is one of them.</summary>
    public static bool IsOne(Exception failure) => failure is RpcResponseException or RpcResponseBatchException or RpcResponseFormatException
        or SmartContractRevertException or SmartContractCustomErrorRevertException or SmartContractCustomErrorRevertExceptionErrorDecoded
        or TransactionNotMinedException or ContractAnswerException;

    /// <summary>What was said, for people.</summary>
    public static string Words(Exception failure) => Hex.TryDecode(RevertData(failure), out var data) && data.Length > 0
        ? RevertReason.Decode(data)
        : failure.Message;

    private static string? RevertData(Exception failure) => failure switch
    {
        SmartContractCustomErrorRevertException custom => custom.ExceptionEncodedData,
        RpcResponseException { RpcError.Data: { } data } => data.ToString(),
        _ => null,
    };
}
