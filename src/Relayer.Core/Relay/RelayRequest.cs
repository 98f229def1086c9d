using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay;

/// <summary>What a user posts: a message, its signature, and where it is to go.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Forwarder">The forwarder contract that checks the signature.</param>
/// <param name="Message">The signed message.</param>
/// <param name="Signature">Well-formed; whose it is, is not yet known.</param>
public sealed record RelayRequest(ChainId ChainId, Address Forwarder, ForwardRequest Message, Signature Signature);
