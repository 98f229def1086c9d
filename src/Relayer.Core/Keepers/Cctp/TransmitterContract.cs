using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Relayer.Core.Keepers.Cctp;

// Circle's MessageTransmitter: the same in both versions but for the event of arrival.

/// <summary>A message left the source.</summary>
[Event("MessageSent")]
internal sealed class MessageSentEvent : IEventDTO
{
    [Parameter("bytes", "message", 1)]
    public byte[] Message { get; set; } = [];
}

/// <summary>A message arrived, in version 1.</summary>
[Event("MessageReceived")]
internal sealed class MessageReceivedEvent : IEventDTO
{
    [Parameter("address", "caller", 1, true)]
    public string Caller { get; set; } = "";

    [Parameter("uint32", "sourceDomain", 2)]
    public uint SourceDomain { get; set; }

    [Parameter("uint64", "nonce", 3, true)]
    public ulong Nonce { get; set; }

    [Parameter("bytes32", "sender", 4)]
    public byte[] Sender { get; set; } = [];

    [Parameter("bytes", "messageBody", 5)]
    public byte[] MessageBody { get; set; } = [];
}

/// <summary>A message arrived, in version 2.</summary>
[Event("MessageReceived")]
internal sealed class MessageReceivedEvent2 : IEventDTO
{
    [Parameter("address", "caller", 1, true)]
    public string Caller { get; set; } = "";

    [Parameter("uint32", "sourceDomain", 2)]
    public uint SourceDomain { get; set; }

    [Parameter("bytes32", "nonce", 3, true)]
    public byte[] Nonce { get; set; } = [];

    [Parameter("bytes32", "sender", 4)]
    public byte[] Sender { get; set; } = [];

    [Parameter("uint32", "finalityThresholdExecuted", 5, true)]
    public uint FinalityThresholdExecuted { get; set; }

    [Parameter("bytes", "messageBody", 6)]
    public byte[] MessageBody { get; set; } = [];
}

/// <summary>Redeems.</summary>
[Function("receiveMessage", "bool")]
internal sealed class ReceiveMessageFunction : FunctionMessage
{
    [Parameter("bytes", "message", 1)]
    public byte[] Message { get; set; } = [];

    [Parameter("bytes", "attestation", 2)]
    public byte[] Attestation { get; set; } = [];
}

/// <summary>Not zero once a message was redeemed.</summary>
[Function("usedNonces", "uint256")]
internal sealed class UsedNoncesFunction : FunctionMessage
{
    [Parameter("bytes32", "nonce", 1)]
    public byte[] Key { get; set; } = [];
}
