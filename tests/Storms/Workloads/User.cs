using System.Text;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Storms.Workloads;

/// <summary>A user without ether, who signs requests of all kinds.</summary>
internal sealed class User(RelayerUnderTest relayer, Random random)
{
    private const ulong Gas = 100_000;

    private readonly DevKey _key = DevKey.Create();
    private ulong _next;

    public Address Address => _key.Address;

    /// <summary>The user's next in order.</summary>
    public SignedRequest Sequential() => Make(SignedRequestKind.Count, relayer.OpenZeppelin, _next++, "increment()", 1_800);

    public SignedRequest Unordered() => Make(SignedRequestKind.Count, relayer.Infinex, RandomNonce(), "increment()", 0);

    public SignedRequest Rival() => Make(SignedRequestKind.Rival, relayer.Infinex, RandomNonce(), "once()", 0);

    /// <summary>Expires so many seconds from now.</summary>
    public SignedRequest Hasty(double seconds) => Make(SignedRequestKind.Hasty, relayer.OpenZeppelin, _next++, "increment()", seconds);

    public SignedRequest Forbidden() => Make(SignedRequestKind.Forbidden, relayer.Infinex, RandomNonce(), "forbidden()", 0);

    public SignedRequest Forged() => Make(SignedRequestKind.Forged, relayer.Infinex, RandomNonce(), "increment()", 0, DevKey.Create());

    private UInt256 RandomNonce()
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        return UInt256.ReadBigEndian(bytes);
    }

    private SignedRequest Make(SignedRequestKind kind, Forwarder forwarder, UInt256 nonce, string function, double seconds, DevKey? forger = null)
    {
        byte[] data = Keccak256.Hash(Encoding.ASCII.GetBytes(function)).Span[..4].ToArray();
        ulong? deadline = forwarder.HasDeadline
            ? (ulong)TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds()
            : null;
        var message = new ForwardRequest(Address, relayer.Target, Wei.Zero, Gas, nonce, deadline, data);
        var signature = Secp256k1.Default.Sign(Hex.Decode((forger ?? _key).PrivateKey), forwarder.Digest(message));
        return new SignedRequest(kind, forwarder, message, RelayPost.Of(forwarder, message, signature.ToString()));
    }
}
