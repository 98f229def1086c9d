using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Storms.Workloads;

/// <summary>What a request is made for, and so what may become of it.</summary>
internal enum SignedRequestKind
{
    /// <summary>Once accepted it must run.</summary>
    Count,

    /// <summary>One of two that both look well and of which only one can run.</summary>
    Rival,

    /// <summary>May come too late.</summary>
    Hasty,

    /// <summary>Somebody else's signature: never accepted.</summary>
    Forged,

    /// <summary>Nobody sponsors it: never accepted.</summary>
    Forbidden,
}

/// <summary>One signed request on its way to an answer.</summary>
internal sealed class SignedRequest(SignedRequestKind kind, Forwarder forwarder, ForwardRequest message, JsonObject body)
{
    public SignedRequestKind Kind { get; } = kind;

    public Forwarder Forwarder { get; } = forwarder;

    public ForwardRequest Message { get; } = message;

    public string Body { get; } = body.ToJsonString();

    public Hash32 Id { get; } = forwarder.Digest(message);

    /// <summary>The last definite answer; null while there is none.</summary>
    public GivenAnswer? Answer { get; set; }

    public bool IsAccepted => Answer is { IsAccepted: true };

    /// <summary>Who and with which nonce: what the chain's event says.</summary>
    public (Address Forwarder, Address From, UInt256 Nonce) Key => (Forwarder.Address, Message.From, Message.Nonce);

    public override string ToString() => $"{Kind} {Forwarder.Dialect} {Message.From} nonce {Message.Nonce} ({Id})";
}

/// <summary>A definite answer.</summary>
internal sealed record GivenAnswer(int Status, string? Code)
{
    public bool IsAccepted => Status is 200 or 202;
}
