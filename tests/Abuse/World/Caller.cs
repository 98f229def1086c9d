using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>A key, which costs nothing, and what is signed with it.</summary>
/// <param name="relayer">Where.</param>
/// <param name="random">Which forwarder.</param>
/// <param name="known">The key; <see langword="null"/> for a fresh one.</param>
internal sealed class Caller(RelayerUnderTest relayer, Random random, DevKey? known = null)
{
    private const ulong Gas = 100_000;

    private readonly DevKey _key = known ?? DevKey.Create();
    private ulong _next;

    public Address Address => _key.Address;

    /// <summary>An honest wish.</summary>
    public SignedPost Increment() => Sign(relayer.Target, Encode("increment()"), Gas);

    /// <summary>An honest wish whose nonce does not wait for the ones before: whoever has been refused one goes on.</summary>
    public SignedPost IncrementInAnyOrder() => Sign(relayer.Infinex, relayer.Target, Encode("increment()"), Gas, default, null);

    /// <summary>A call of whatever, at either forwarder.</summary>
    public SignedPost Sign(Address to, byte[] data, ulong gas, UInt256 value = default, DevKey? forger = null) =>
        Sign(random.Next(2) == 0 ? relayer.OpenZeppelin : relayer.Infinex, to, data, gas, value, forger);

    private SignedPost Sign(Forwarder forwarder, Address to, byte[] data, ulong gas, UInt256 value, DevKey? forger)
    {
        UInt256 nonce = forwarder.HasSequentialNonces ? _next++ : UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32)); // No two posts are one request, whatever the seed.
        ulong? deadline = forwarder.HasDeadline ? (ulong)TimeProvider.System.GetUtcNow().AddSeconds(40).ToUnixTimeSeconds() : null;
        var message = new ForwardRequest(Address, to, new Wei(value), gas, nonce, deadline, data);
        var signature = Secp256k1.Default.Sign(Hex.Decode((forger ?? _key).PrivateKey), forwarder.Digest(message));
        return new SignedPost(forwarder, message, RelayPost.Of(forwarder, message, signature.ToString()));
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    public static byte[] Encode(string signature, params IReadOnlyList<AbiValue> arguments) => AbiSignature.Parse(signature).Encode(arguments);
}

/// <summary>A signed request.</summary>
internal sealed class SignedPost(Forwarder forwarder, ForwardRequest message, JsonObject body)
{
    public JsonObject Body => (JsonObject)body.DeepClone();

    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(body.ToJsonString());

    public Hash32 Id { get; } = forwarder.Digest(message);

    public Address From => message.From;
}
