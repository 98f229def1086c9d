using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Eip712;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Tests.Ethereum.Eip712;

namespace Relayer.Core.Tests.Relay.Forwarders;

public sealed class ForwarderTests
{
    private static readonly Address Contract = Address.Parse("0xE661b3F15d0310af885f4D5c6482C0b5a8C0523D");
    private static readonly Address Other = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    private static readonly OpenZeppelinForwarder OpenZeppelin = new(new ChainId(31337), Contract, "ERC2771Forwarder");
    private static readonly InfinexForwarder Infinex = new(new ChainId(13370), Contract);
    private static readonly ForwardRequest Request = new(Other, Contract, Wei.Zero, 100_000, 7, 1_790_000_000, new byte[] { 1, 2, 3, 4 });

    [Fact]
    public void Four_hundred_random_requests_have_the_digest_calldata_and_signer_that_viem_gives()
    {
        Assert.Equal(400, ForwarderVectors.Requests.Count);
        Assert.All(ForwarderVectors.Requests, each =>
        {
            var forwarder = ForwarderVectors.Forwarder(each);
            var (request, signature) = ForwarderVectors.Signed(each);
            var execute = Hex.Decode(each.Text("execute"));

            Assert.Equal(each.Text("separator"), forwarder.DomainSeparator.ToString());
            Assert.Equal(each.Text("digest"), forwarder.Digest(request).ToString());
            Assert.Equal(execute, forwarder.EncodeExecute(request, signature));
            Assert.Equal([.. Hex.Decode(each.Text("verify")), .. execute[4..]], forwarder.EncodeVerify(request, signature));
            Assert.True(Secp256k1.Default.TryRecover(forwarder.Digest(request), signature, out var signer));
            Assert.Equal(request.From, signer);
        });
    }

    [Fact]
    public void A_hundred_random_batches_have_the_calldata_that_viem_gives()
    {
        Assert.Equal(100, ForwarderVectors.Batches.Count);
        Assert.All(ForwarderVectors.Batches, each =>
        {
            var requests = each.GetProperty("requests").EnumerateArray().Select(ForwarderVectors.Signed).ToList();
            var receiver = Address.Parse(each.Text("refundReceiver"));

            Assert.Equal(
                each.Text("executeBatch"), Hex.Encode(ForwarderVectors.Forwarder(each).EncodeExecuteBatch(requests, receiver)));
        });
    }

    [Fact]
    public void The_general_encoder_gives_the_hand_laid_digest() =>
        Assert.All(ForwarderVectors.Requests, each =>
        {
            var forwarder = ForwarderVectors.Forwarder(each);
            var (request, _) = ForwarderVectors.Signed(each);
            Assert.True(Eip712Types.TryCreate(
                new Dictionary<string, IReadOnlyList<Eip712Field>> { [Forwarder.PrimaryType] = forwarder.Fields }, out var types));
            Assert.True(types.TryHashStruct(Forwarder.PrimaryType, each.GetProperty("request"), out var structHash));

            Assert.Equal(Eip712Domain.Digest(forwarder.Domain.Separator(), structHash), forwarder.Digest(request));
        });

    [Fact]
    public void A_request_signed_in_public_has_its_digest_and_signer()
    {
        var vector = VectorFile.Read("infinex-forwarder.json");
        var message = vector.GetProperty("message");
        var request = new ForwardRequest(
            Address.Parse(message.Text("from")), Address.Parse(message.Text("to")), Wei.Zero,
            (ulong)UInt256.Parse(message.Text("gas")), UInt256.Parse(message.Text("nonce")), null, Hex.Decode(message.Text("data")));

        var digest = Infinex.Digest(request);

        Assert.Equal(vector.Text("digest"), digest.ToString());
        Assert.True(Secp256k1.Default.TryRecover(digest, ForwarderVectors.ReadSignature(vector.Text("signature")), out var signer));
        Assert.Equal(request.From, signer);
    }

    [Theory]
    [InlineData("infinex-forwarder.json")]
    [InlineData("openzeppelin-forwarder.json")]
    public void The_signed_type_is_the_one_on_chain(string file)
    {
        var vector = VectorFile.Read(file);
        Forwarder forwarder = file.StartsWith('i') ? Infinex : OpenZeppelin;
        var typeString = Eip712Field.EncodeType(Forwarder.PrimaryType, forwarder.Fields);

        Assert.Equal(vector.Text("typeString"), typeString);
        Assert.Equal(vector.Text("typeHash"), Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(typeString)).ToString());
    }

    [Theory]
    [InlineData("infinex-forwarder-selectors.json", "nonces(address,uint256)", "uint256")]
    [InlineData("openzeppelin-forwarder.json", "nonces(address)", "uint48")]
    public void Calls_begin_with_the_selectors_on_chain(string file, string nonces, string fifth)
    {
        var isInfinex = file.StartsWith('i');
        Forwarder forwarder = isInfinex ? Infinex : OpenZeppelin;
        var request = isInfinex ? Request with { Deadline = null } : Request;
        var tuple = $"(address,address,uint256,uint256,{fifth},bytes,bytes)";

        AssertSelector(file, "execute", $"execute({tuple})", forwarder.EncodeExecute(request, default));
        AssertSelector(file, "executeBatch", $"executeBatch({tuple}[],address)", forwarder.EncodeExecuteBatch([(request, default)], Other));
        AssertSelector(file, "verify", $"verify({tuple})", forwarder.EncodeVerify(request, default));
        AssertSelector(file, "nonces", nonces, forwarder.EncodeNonceRead(Other, 5));
        Assert.Equal(AbiSignature.Parse("eip712Domain()").Encode(), Forwarder.EncodeEip712DomainRead());
        Assert.Equal(VectorFile.Read(file).Text("executedForwardRequestTopic"), ExecutedRequest.Topic.ToString());
        Assert.Equal(AbiSignature.Parse("ExecutedForwardRequest(address,uint256,bool)").Hash, ExecutedRequest.Topic);
    }

    [Fact]
    public void Nonce_reads_carry_what_each_dialect_asks_for()
    {
        var forUser = AbiSignature.Parse("nonces(address)").Encode(Other);
        var forUserAndNonce = AbiSignature.Parse("nonces(address,uint256)").Encode(Other, UInt256.MaxValue);

        Assert.Equal(forUser, OpenZeppelin.EncodeNonceRead(Other, 9));
        Assert.Equal(forUserAndNonce, Infinex.EncodeNonceRead(Other, UInt256.MaxValue));
    }

    [Theory]
    [InlineData(6, NonceStanding.Used)]
    [InlineData(7, NonceStanding.Usable)]
    [InlineData(8, NonceStanding.Ahead)]
    public void Sequential_nonces_are_taken_in_order(int nonce, NonceStanding expected)
    {
        Assert.True(OpenZeppelin.TryDecodeNonce(Word(7), out var state));
        Assert.Equal(new NonceState.Sequential(7), state);
        Assert.Equal(expected, state.Of((ulong)nonce));
    }

    [Fact]
    public void Unordered_nonces_are_spent_or_not()
    {
        Assert.True(Infinex.TryDecodeNonce(Word(1), out var used));
        Assert.True(Infinex.TryDecodeNonce(Word(0), out var unused));

        Assert.Equal(NonceStanding.Used, used.Of(3));
        Assert.Equal(NonceStanding.Usable, unused.Of(3));
        Assert.False(Infinex.TryDecodeNonce(Word(2), out _));
        Assert.False(Infinex.TryDecodeNonce([], out _));
        Assert.False(OpenZeppelin.TryDecodeNonce(new byte[31], out _));
    }

    [Fact]
    public void A_deadline_belongs_to_one_dialect_only()
    {
        var withoutDeadline = Request with { Deadline = null };
        var tooLate = Request with { Deadline = 1UL << 48 };
        var last = Request with { Deadline = (1UL << 48) - 1 };

        Assert.True(OpenZeppelin.HasShapeOf(Request));
        Assert.True(OpenZeppelin.HasShapeOf(last));
        Assert.False(OpenZeppelin.HasShapeOf(withoutDeadline));
        Assert.False(OpenZeppelin.HasShapeOf(tooLate));
        Assert.True(Infinex.HasShapeOf(withoutDeadline));
        Assert.False(Infinex.HasShapeOf(Request));
        Assert.Throws<ArgumentException>(() => OpenZeppelin.Digest(withoutDeadline));
        Assert.Throws<ArgumentException>(() => Infinex.EncodeExecute(Request, default));
        Assert.Throws<ArgumentException>(() => OpenZeppelin.EncodeExecuteBatch([(Request, default), (tooLate, default)], Other));
    }

    [Fact]
    public void A_batch_without_requests_or_without_a_receiver_is_never_made()
    {
        Assert.Throws<ArgumentException>(() => OpenZeppelin.EncodeExecuteBatch([(Request, default)], Address.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => OpenZeppelin.EncodeExecuteBatch([], Other));
    }

    [Fact]
    public void A_forwarder_tells_its_domain()
    {
        var answer = Domain(0x0f, []);

        Assert.True(Forwarder.TryDecodeEip712Domain(answer, out var domain));
        Assert.Equal(OpenZeppelin.Domain, domain);
        Assert.NotEqual(Infinex.Domain, domain);
        Assert.Equal(["name", "version", "chainId", "verifyingContract"], domain.Fields.Select(f => f.Name));
    }

    [Fact]
    public void A_domain_in_another_form_is_refused()
    {
        Assert.False(Forwarder.TryDecodeEip712Domain([], out _));
        Assert.False(Forwarder.TryDecodeEip712Domain(Domain(0x0f, [1UL]), out _));
        Assert.False(Forwarder.TryDecodeEip712Domain(Domain(0x2f, []), out _));
        Assert.False(Forwarder.TryDecodeEip712Domain(Domain(0x0f, []).AsSpan(0, 200), out _));
    }

    [Fact]
    public void Executed_requests_are_read_from_this_forwarders_events_only()
    {
        byte[] data = [.. Word(9), .. Word(1)];
        var signer = new Hash32([.. new byte[12], .. Other.Span]);
        LogEntry[] logs =
        [
            new(Contract, [ExecutedRequest.Topic, signer], data),
            new(Other, [ExecutedRequest.Topic, signer], data),
            new(Contract, [signer, ExecutedRequest.Topic], data),
            new(Contract, [ExecutedRequest.Topic], data),
            new(Contract, [], data),
            new(Contract, [ExecutedRequest.Topic, signer], data.AsMemory(0, 63)),
            new(Contract, [ExecutedRequest.Topic, signer], new byte[96]),
            new(Contract, [ExecutedRequest.Topic, signer], (byte[])[.. Word(9), .. Word(2)]),
            new(Contract, [ExecutedRequest.Topic, ExecutedRequest.Topic], data),
            new(Contract, [ExecutedRequest.Topic, signer], (byte[])[.. Word(10), .. Word(0)]),
        ];

        Assert.Equal(
            [new ExecutedRequest(Other, 9, true), new ExecutedRequest(Other, 10, false)], OpenZeppelin.DecodeExecuted(logs));
    }

    [Fact]
    public void A_verification_answers_yes_or_no()
    {
        Assert.True(Forwarder.TryDecodeVerify(Word(1), out var valid) && valid);
        Assert.True(Forwarder.TryDecodeVerify(Word(0), out valid) && !valid);
        Assert.False(Forwarder.TryDecodeVerify(Word(3), out _));
        Assert.False(Forwarder.TryDecodeVerify([], out _));
    }

    [Fact]
    public void The_target_sees_the_sender_behind_the_data() =>
        Assert.Equal([1, 2, 3, 4, .. Other.Span], Forwarder.EncodeInnerCall(Request));

    [Fact]
    public void Requests_are_equal_by_their_bytes()
    {
        var twin = Request with { Data = Request.Data.ToArray() };

        Assert.Equal(Request, twin);
        Assert.Equal(Request.GetHashCode(), twin.GetHashCode());
        Assert.NotEqual(Request, Request with { Data = new byte[] { 1, 2, 3, 5 } });
    }

    [Fact]
    public void A_digest_allocates_nothing_that_its_hashes_do_not()
    {
        // Optimised, both are zero; without optimisation the permutation itself boxes.
        var digest = AllocatedBy(() => OpenZeppelin.Digest(Request));
        var hashes = AllocatedBy(() =>
        {
            Keccak256.Hash(Request.Data.Span);
            Keccak256.Hash(stackalloc byte[8 * 32]);
            Keccak256.Hash(stackalloc byte[2 + (2 * 32)]);
        });

        Assert.Equal(hashes, digest);
    }

    private static long AllocatedBy(Action action)
    {
        action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void An_unknown_dialect_has_no_forwarder()
    {
        Assert.False(Forwarder.TryCreate("Gelato", new ChainId(1), Contract, "n", "1", out _));
        Assert.True(Forwarder.TryCreate("openzeppelin", new ChainId(1), Contract, "n", "1", out var forwarder));
        Assert.IsType<OpenZeppelinForwarder>(forwarder);
    }

    private static void AssertSelector(string file, string name, string signature, byte[] calldata)
    {
        var expected = Hex.Decode(VectorFile.Read(file).GetProperty("selectors").Text(name));

        Assert.Equal(expected, calldata[..4]);
        Assert.True(AbiSignature.Parse(signature).TryDecode(calldata, out _));
    }

    private static byte[] Domain(byte fields, AbiValue[] extensions) => AbiEncoder.Encode(
        (AbiType.Tuple)AbiType.Parse("(bytes1,string,string,uint256,address,bytes32,uint256[])"),
        new[] { fields }, "ERC2771Forwarder", "1", 31337UL, Contract, default(Hash32), AbiValue.Of(extensions));

    private static byte[] Word(ulong number) => AbiEncoder.Encode((AbiType.Tuple)AbiType.Parse("(uint256)"), number);
}
