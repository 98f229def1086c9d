using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>A user without ether who signs.</summary>
internal sealed class Wallet
{
    private readonly DevKey _key = DevKey.Create();

    public Address Address => _key.Address;

    public Signature Sign(Forwarder forwarder, ForwardRequest message) =>
        Secp256k1.Default.Sign(Hex.Decode(_key.PrivateKey), forwarder.Digest(message));
}
