using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>What is used of Circle's MessageTransmitter, the same in both versions but for the event of arrival.</summary>
internal static class CctpAbi
{
    public static AbiSignature MessageSent { get; } = AbiSignature.Parse("MessageSent(bytes)");

    public static AbiSignature MessageReceived { get; } = AbiSignature.Parse("MessageReceived(address,uint32,uint64,bytes32,bytes)");

    public static AbiSignature MessageReceived2 { get; } = AbiSignature.Parse("MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)");

    public static AbiSignature ReceiveMessage { get; } = AbiSignature.Parse("receiveMessage(bytes,bytes)");

    public static AbiSignature UsedNonces { get; } = AbiSignature.Parse("usedNonces(bytes32)");
}
