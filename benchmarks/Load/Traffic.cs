using System.Security.Cryptography;
using System.Text;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Load;

/// <summary>Signed requests of users who appear for the first time, each for the demo target's <c>increment()</c>.</summary>
internal sealed class Traffic(InfinexForwarder forwarder, Address target)
{
    private const ulong InnerGas = 60_000;

    private static readonly byte[] Increment = [0xd0, 0x9d, 0xe0, 0x8a];

    public static Traffic For(DevStack stack) =>
        new(new InfinexForwarder(new ChainId(stack.Node.ChainId), stack.Contracts.Infinex, Deployment.InfinexName), stack.Contracts.Target);

    /// <summary>Signed before anything is timed, on all cores.</summary>
    public SignedRequest[] Sign(int count)
    {
        var signed = new SignedRequest[count];
        Parallel.For(0, count, i => signed[i] = SignOne());
        return signed;
    }

    /// <summary>The JSON-RPC bodies that send the same kind of request straight to the node, from one account.</summary>
    public RawRequest[] SignRaw(DevKey payer, ulong firstNonce, int count)
    {
        var key = Hex.Decode(payer.PrivateKey);
        var raw = new RawRequest[count];
        Parallel.For(0, count, i =>
        {
            var request = SignOne();
            var data = forwarder.EncodeExecute(request.Message, request.Signature);
            var unsigned = new UnsignedTransaction(
                forwarder.ChainId, firstNonce + (ulong)i, forwarder.Address, Wei.Zero,
                OuterGas.For(forwarder, [request.Message], data), data, new TransactionFees.Dynamic(new Wei(20_000_000_000UL), new Wei(1UL)));
            var bytes = unsigned.Encode(Secp256k1.Default.Sign(key, unsigned.SigningDigest()));
            raw[i] = new RawRequest(request.User, Encoding.ASCII.GetBytes(
                $$"""{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["{{Hex.Encode(bytes)}}"]}"""));
        });
        return raw;
    }

    private SignedRequest SignOne()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var message = new ForwardRequest(
            Secp256k1.Default.AddressOf(key), target, Wei.Zero, InnerGas,
            UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32)), null, Increment);
        var signature = Secp256k1.Default.Sign(key, forwarder.Digest(message));
        return new SignedRequest(message, signature, Encoding.ASCII.GetBytes($$"""
            {"chainId":{{forwarder.ChainId}},"forwarder":"{{forwarder.Address}}","request":{"from":"{{message.From}}","to":"{{message.To}}","value":"0","gas":"{{message.Gas}}","nonce":"{{message.Nonce}}","data":"{{Hex.Encode(message.Data.Span)}}"},"signature":"{{Hex.Encode(signature.ToArray())}}"}
            """));
    }
}

/// <summary>A request as it is posted to the relayer.</summary>
internal sealed record SignedRequest(ForwardRequest Message, Signature Signature, byte[] Body)
{
    public Address User => Message.From;
}

/// <summary>The same kind of request as a node takes it.</summary>
internal sealed record RawRequest(Address User, byte[] Body);
