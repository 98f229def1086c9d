using System.Security.Cryptography;
using System.Text.Json;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Tests.Relay.Forwarders;

/// <summary>Real forwarders on a real chain with exactly the gas that was computed, and inner calls that burn all of theirs.</summary>
[Trait("needs", "services")]
public sealed class OuterGasOnChainTests(OuterGasOnChainTests.Chain chain) : IClassFixture<OuterGasOnChainTests.Chain>
{
    // Both answer isTrustedForwarder(address) with true. What else one is asked, it burns all its gas and fails…
    private static readonly Address Failing = Address.Parse("0x00000000000000000000000000000000000b0001");
    private const string FailingCode = "0x5f3560e01c63572b6c0514600f57fe5b60015f5260205ff3";

    // …and the other burns its gas down to the last few hundred and succeeds.
    private static readonly Address Succeeding = Address.Parse("0x00000000000000000000000000000000000b0002");
    private const string SucceedingCode = "0x5f3560e01c63572b6c0514601757 5b60c85a11600e57 00 5b60015f5260205ff3";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, int> Singles()
    {
        var singles = new TheoryData<string, int, int>();
        foreach (var (dialect, gas, words) in from d in Dialects from g in Gases from w in new[] { 0, 40, 1024 } select (d, g, w))
        {
            singles.Add(dialect, gas, words);
        }

        return singles;
    }

    public static TheoryData<string, int, int, int> Batches()
    {
        var batches = new TheoryData<string, int, int, int>();
        foreach (var (dialect, gas, words) in from d in Dialects from g in Gases from w in new[] { 0, 40 } select (d, g, w))
        {
            batches.Add(dialect, gas, words, 1);
            batches.Add(dialect, gas, words, 5);
        }

        return batches;
    }

    [Theory]
    [MemberData(nameof(Singles))]
    public async Task A_single_request_that_uses_all_its_gas_succeeds(string dialect, int gas, int words)
    {
        var forwarder = chain.Forwarder(dialect);
        var (request, signature) = Signed(forwarder, Succeeding, gas, words);
        var calldata = forwarder.EncodeExecute(request, signature);

        var executed = await chain.SendAsync(forwarder, calldata, OuterGas.For(forwarder, [request], calldata), Cancellation);

        Assert.Equal([new ExecutedRequest(request.From, request.Nonce, true)], executed);
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task A_batch_whose_calls_burn_everything_still_spends_every_nonce(string dialect, int gas, int words, int count)
    {
        var forwarder = chain.Forwarder(dialect);
        var requests = Enumerable.Range(0, count).Select(_ => Signed(forwarder, Failing, gas, words)).ToList();
        var calldata = forwarder.EncodeExecuteBatch(requests, Failing);
        var limit = OuterGas.For(forwarder, [.. requests.Select(r => r.Request)], calldata);

        var executed = await chain.SendAsync(forwarder, calldata, limit, Cancellation);

        Assert.Equal(requests.Select(r => new ExecutedRequest(r.Request.From, r.Request.Nonce, false)), executed);
    }

    [Theory]
    [InlineData(OpenZeppelinForwarder.Name)]
    [InlineData(InfinexForwarder.Name)]
    public async Task Without_the_64th_part_the_forwarder_refuses_the_shrunken_gas(string dialect)
    {
        var forwarder = chain.Forwarder(dialect);
        var signed = Signed(forwarder, Failing, 10_000_000, 0);
        var calldata = forwarder.EncodeExecuteBatch([signed], Failing);
        var limit = OuterGas.For(forwarder, [signed.Request], calldata) - (signed.Request.Gas / 63);

        Assert.Empty(await chain.SendAsync(forwarder, calldata, limit, Cancellation));
    }

    [Theory]
    [InlineData(OpenZeppelinForwarder.Name)]
    [InlineData(InfinexForwarder.Name)]
    public async Task The_contract_agrees_on_domain_nonces_and_validity(string dialect)
    {
        var forwarder = chain.Forwarder(dialect);
        var (request, signature) = Signed(forwarder, Succeeding, 50_000, 1);

        Assert.True(Forwarder.TryDecodeEip712Domain(await CallAsync(Forwarder.EncodeEip712DomainRead()), out var domain));
        Assert.Equal(forwarder.Domain, domain);
        Assert.True(Forwarder.TryDecodeVerify(await CallAsync(forwarder.EncodeVerify(request, signature)), out var isValid));
        Assert.True(isValid);
        Assert.Equal(NonceStanding.Usable, await StandingAsync());

        var calldata = forwarder.EncodeExecute(request, signature);
        await chain.SendAsync(forwarder, calldata, OuterGas.For(forwarder, [request], calldata), Cancellation);

        Assert.Equal(NonceStanding.Used, await StandingAsync());

        Task<byte[]> CallAsync(byte[] data) => chain.CallAsync(forwarder.Address, data, Cancellation);

        async Task<NonceStanding> StandingAsync()
        {
            var answer = await CallAsync(forwarder.EncodeNonceRead(request.From, request.Nonce));
            Assert.True(forwarder.TryDecodeNonce(answer, out var state));
            return state.Of(request.Nonce);
        }
    }

    private static readonly string[] Dialects = [OpenZeppelinForwarder.Name, InfinexForwarder.Name];

    private static readonly int[] Gases = [1_000, 100_000, 3_000_000];

    private static (ForwardRequest Request, Signature Signature) Signed(Forwarder forwarder, Address to, int gas, int words)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var from = Secp256k1.Default.AddressOf(key);
        var nonce = forwarder.HasSequentialNonces ? UInt256.Zero : UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32));
        var request = new ForwardRequest(
            from, to, Wei.Zero, (ulong)gas, nonce, forwarder.HasDeadline ? (1UL << 48) - 1 : null, new byte[32 * words]);
        return (request, Secp256k1.Default.Sign(key, forwarder.Digest(request)));
    }

    public sealed class Chain : IAsyncLifetime
    {
        private AnvilNode? _node;
        private Deployment? _deployment;

        private AnvilNode Node => _node!;

        public async ValueTask InitializeAsync()
        {
            _node = await AnvilNode.StartAsync(new AnvilOptions { MineOnDemand = true }, cancellation: Cancellation);
            _deployment = await Deployment.CreateAsync(_node, cancellation: Cancellation);
            await Node.Rpc.SendAsync("anvil_setCode", [Failing.ToString(), FailingCode], Cancellation);
            await Node.Rpc.SendAsync("anvil_setCode", [Succeeding.ToString(), SucceedingCode.Replace(" ", "", StringComparison.Ordinal)], Cancellation);
        }

        public ValueTask DisposeAsync() => _node?.DisposeAsync() ?? ValueTask.CompletedTask;

        public Forwarder Forwarder(string dialect) => dialect == InfinexForwarder.Name
            ? new InfinexForwarder(new ChainId(Node.ChainId), _deployment!.Infinex)
            : new OpenZeppelinForwarder(new ChainId(Node.ChainId), _deployment!.OpenZeppelin, Deployment.OpenZeppelinName);

        public async Task<byte[]> CallAsync(Address to, byte[] data, CancellationToken cancellation)
        {
            var call = new { to = to.ToString(), data = Hex.Encode(data) };
            return Hex.Decode((await Node.Rpc.SendAsync("eth_call", [call, "latest"], cancellation)).GetString());
        }

        public async Task<IReadOnlyList<ExecutedRequest>> SendAsync(
            Forwarder forwarder, byte[] calldata, ulong gas, CancellationToken cancellation)
        {
            var transaction = new
            {
                from = (await Node.AccountsAsync(cancellation))[0],
                to = forwarder.Address.ToString(),
                data = Hex.Encode(calldata),
                gas = $"0x{gas:x}",
            };
            var hash = await Node.Rpc.SendAsync("eth_sendTransaction", [transaction], cancellation);
            await Node.MineAsync(1, cancellation);
            var receipt = await Node.Rpc.SendAsync("eth_getTransactionReceipt", [hash.GetString()], cancellation);
            return forwarder.DecodeExecuted([.. receipt.GetProperty("logs").EnumerateArray().Select(ReadLog)]);
        }

        private static LogEntry ReadLog(JsonElement log) => new(
            Address.Parse(log.Text("address")),
            [.. log.GetProperty("topics").EnumerateArray().Select(topic => Hash32.Parse(topic.GetString()))],
            Hex.Decode(log.Text("data")));
    }
}
