using System.Text;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Storms.Field;

/// <summary>A user without ether, who signs requests of all kinds.</summary>
internal sealed class Visitor(Site site, Random random)
{
    private const ulong Gas = 100_000;

    private readonly DevKey _key = DevKey.Create();
    private ulong _next;

    public Address Address => _key.Address;

    /// <summary>The user's next in order.</summary>
    public Errand Sequential() => Make(ErrandKind.Count, site.OpenZeppelin, _next++, "increment()", 1_800);

    public Errand Unordered() => Make(ErrandKind.Count, site.Infinex, RandomNonce(), "increment()", 0);

    public Errand Rival() => Make(ErrandKind.Rival, site.Infinex, RandomNonce(), "once()", 0);

    /// <summary>Expires so many seconds from now.</summary>
    public Errand Hasty(double seconds) => Make(ErrandKind.Hasty, site.OpenZeppelin, _next++, "increment()", seconds);

    public Errand Forbidden() => Make(ErrandKind.Forbidden, site.Infinex, RandomNonce(), "forbidden()", 0);

    public Errand Forged() => Make(ErrandKind.Forged, site.Infinex, RandomNonce(), "increment()", 0, DevKey.Create());

    private UInt256 RandomNonce()
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        return UInt256.ReadBigEndian(bytes);
    }

    private Errand Make(ErrandKind kind, Forwarder forwarder, UInt256 nonce, string function, double seconds, DevKey? forger = null)
    {
        byte[] data = Keccak256.Hash(Encoding.ASCII.GetBytes(function)).Span[..4].ToArray();
        ulong? deadline = forwarder.HasDeadline
            ? (ulong)TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds()
            : null;
        var message = new ForwardRequest(Address, site.Target, Wei.Zero, Gas, nonce, deadline, data);
        var signature = Secp256k1.Default.Sign(Hex.Decode((forger ?? _key).PrivateKey), forwarder.Digest(message));
        return new Errand(kind, forwarder, message, RelayPost.Of(forwarder, message, signature.ToString()));
    }
}
