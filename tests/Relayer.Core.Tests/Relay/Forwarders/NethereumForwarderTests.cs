using System.Numerics;
using Nethereum.ABI.EIP712;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Tests.Ethereum.Eip712;

namespace Relayer.Core.Tests.Relay.Forwarders;

/// <summary>The digests and calldata that are laid out by hand on the hot path are those of Nethereum's typed classes.</summary>
public sealed class NethereumForwarderTests
{
    private readonly Random _random = new(2771);

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public void Digests_are_the_same_by_hand_by_the_generic_encoder_and_by_Nethereum(string dialect)
    {
        for (var i = 0; i < 200; i++)
        {
            var forwarder = Create(dialect);
            var request = Request(forwarder);
            var domain = new Domain
            {
                Name = forwarder.Domain.Name,
                Version = forwarder.Domain.Version,
                ChainId = forwarder.ChainId.Value,
                VerifyingContract = forwarder.Address.ToString(),
            };
            var theirs = forwarder.HasDeadline
                ? Digest(new OpenZeppelinMessage(request), domain)
                : Digest(new InfinexMessage(request), domain);

            Assert.Equal(new Hash32(theirs), forwarder.Digest(request));
            Assert.Equal(GenericDigest(forwarder, request), forwarder.Digest(request));
        }
    }

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public void Calldata_of_execute_is_the_same(string dialect)
    {
        for (var i = 0; i < 200; i++)
        {
            var forwarder = Create(dialect);
            var request = Request(forwarder);
            var signature = new Signature(Number(32), Number(31), (byte)_random.Next(2));
            byte[] theirs = forwarder.HasDeadline
                ? new OpenZeppelinExecute { Request = new OpenZeppelinTuple(request, signature) }.GetCallData()
                : new InfinexExecute { Request = new InfinexTuple(request, signature) }.GetCallData();

            Assert.Equal(theirs, forwarder.EncodeExecute(request, signature));
        }
    }

    private static byte[] Digest<T>(T message, Domain domain)
    {
        var typed = new TypedData<Domain>
        {
            Domain = domain,
            PrimaryType = Forwarder.PrimaryType,
            Types = MemberDescriptionFactory.GetTypesMemberDescription(typeof(Domain), typeof(T)),
        };
        return Eip712TypedDataEncoder.Current.EncodeAndHashTypedData(message, typed);
    }

    private static Hash32 GenericDigest(Forwarder forwarder, ForwardRequest request)
    {
        Assert.True(Eip712Types.TryCreate(
            new Dictionary<string, IReadOnlyList<Core.Ethereum.Eip712.Eip712Field>> { [Forwarder.PrimaryType] = forwarder.Fields }, out var types));
        List<DevChain.Abi.AbiValue> values = [request.From, request.To, request.Value.Value, request.Gas, request.Nonce];
        if (request.Deadline is { } deadline)
        {
            values.Add(deadline);
        }

        values.Add(request.Data.ToArray());
        return Core.Ethereum.Eip712.Eip712Domain.Digest(
            forwarder.DomainSeparator, types.HashStruct(Forwarder.PrimaryType, DevChain.Abi.AbiValue.Of([.. values])));
    }

    private Forwarder Create(string dialect)
    {
        Assert.True(Forwarder.TryCreate(
            dialect, new ChainId(1 + _random.Next(1_000_000)), new Address(Bytes(20)), $"Name {_random.Next()}", "1", out var forwarder));
        return forwarder;
    }

    private ForwardRequest Request(Forwarder forwarder) => new(
        new Address(Bytes(20)), new Address(Bytes(20)), new Wei(Number(_random.Next(13))), (ulong)_random.NextInt64(), Number(_random.Next(33)),
        forwarder.HasDeadline ? (ulong)_random.NextInt64(1L << 48) : null, Bytes(_random.Next(200)));

    private UInt256 Number(int bytes) => UInt256.From(new BigInteger(Bytes(bytes), isUnsigned: true, isBigEndian: true));

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}

[Struct("ForwardRequest")]
internal sealed class OpenZeppelinMessage(ForwardRequest request)
{
    [Parameter("address", "from", 1)]
    public string From { get; set; } = request.From.ToString();

    [Parameter("address", "to", 2)]
    public string To { get; set; } = request.To.ToString();

    [Parameter("uint256", "value", 3)]
    public BigInteger Value { get; set; } = request.Value.Value.ToBigInteger();

    [Parameter("uint256", "gas", 4)]
    public BigInteger Gas { get; set; } = request.Gas;

    [Parameter("uint256", "nonce", 5)]
    public BigInteger Nonce { get; set; } = request.Nonce.ToBigInteger();

    [Parameter("uint48", "deadline", 6)]
    public ulong Deadline { get; set; } = request.Deadline!.Value;

    [Parameter("bytes", "data", 7)]
    public byte[] Data { get; set; } = request.Data.ToArray();
}

[Struct("ForwardRequest")]
internal sealed class InfinexMessage(ForwardRequest request)
{
    [Parameter("address", "from", 1)]
    public string From { get; set; } = request.From.ToString();

    [Parameter("address", "to", 2)]
    public string To { get; set; } = request.To.ToString();

    [Parameter("uint256", "value", 3)]
    public BigInteger Value { get; set; } = request.Value.Value.ToBigInteger();

    [Parameter("uint256", "gas", 4)]
    public BigInteger Gas { get; set; } = request.Gas;

    [Parameter("uint256", "nonce", 5)]
    public BigInteger Nonce { get; set; } = request.Nonce.ToBigInteger();

    [Parameter("bytes", "data", 6)]
    public byte[] Data { get; set; } = request.Data.ToArray();
}

// A tuple's members are declared in their order: Nethereum encodes it in the order in which it finds them.
internal sealed class OpenZeppelinTuple(ForwardRequest request, Signature signature)
{
    [Parameter("address", "from", 1)]
    public string From { get; set; } = request.From.ToString();

    [Parameter("address", "to", 2)]
    public string To { get; set; } = request.To.ToString();

    [Parameter("uint256", "value", 3)]
    public BigInteger Value { get; set; } = request.Value.Value.ToBigInteger();

    [Parameter("uint256", "gas", 4)]
    public BigInteger Gas { get; set; } = request.Gas;

    [Parameter("uint48", "deadline", 5)]
    public BigInteger Deadline { get; set; } = request.Deadline!.Value;

    [Parameter("bytes", "data", 6)]
    public byte[] Data { get; set; } = request.Data.ToArray();

    [Parameter("bytes", "signature", 7)]
    public byte[] Signature { get; set; } = signature.ToArray();
}

internal sealed class InfinexTuple(ForwardRequest request, Signature signature)
{
    [Parameter("address", "from", 1)]
    public string From { get; set; } = request.From.ToString();

    [Parameter("address", "to", 2)]
    public string To { get; set; } = request.To.ToString();

    [Parameter("uint256", "value", 3)]
    public BigInteger Value { get; set; } = request.Value.Value.ToBigInteger();

    [Parameter("uint256", "gas", 4)]
    public BigInteger Gas { get; set; } = request.Gas;

    [Parameter("uint256", "nonce", 5)]
    public BigInteger Nonce { get; set; } = request.Nonce.ToBigInteger();

    [Parameter("bytes", "data", 6)]
    public byte[] Data { get; set; } = request.Data.ToArray();

    [Parameter("bytes", "signature", 7)]
    public byte[] Signature { get; set; } = signature.ToArray();
}

[Function("execute")]
internal sealed class OpenZeppelinExecute : FunctionMessage
{
    [Parameter("tuple", "request", 1)]
    public OpenZeppelinTuple? Request { get; set; }
}

[Function("execute")]
internal sealed class InfinexExecute : FunctionMessage
{
    [Parameter("tuple", "request", 1)]
    public InfinexTuple? Request { get; set; }
}
