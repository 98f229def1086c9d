using DevChain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>What is read of the chain while the records are still being read may be older than they are: a yes is believed, a no is not.</summary>
[Trait("needs", "services")]
public sealed class RelayValidatorTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_early_yes_is_believed_without_another_look()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var (judge, candidate) = await SettleAsync(world);

        var early = judge.TryReadEarlyAsync(candidate, Cancellation);
        Assert.Equal(NonceStanding.Usable, (await early)!.Nonce.Of(candidate.Message.Nonce));
        await world.Node.StopAsync();

        Assert.Null(await judge.RefuseAsync(candidate, Facts(), early, Cancellation));
    }

    [Fact]
    public async Task It_is_tried_from_the_signer_that_will_send_it_at_the_price_that_will_be_offered()
    {
        await using var node = await NodeStandIn.StartAsync(Cancellation);
        node.Answer = (method, _) => method == "eth_call" ? "0x" : "0x1";
        using var clients = new ChainClientFactory(
            new RelayerOptions { Chains = { ["test"] = new() { ChainId = 31337, Rpc = { node.Url } } } }, TimeProvider.System, NullLogger<ChainClientFactory>.Instance);
        var (signer, fees) = (Samples.Contract, new TransactionFees.Dynamic(new Wei(2_000), new Wei(7)));

        var view = await new ChainViewReader(clients.Get(new ChainId(31337))).ReadAsync(Samples.Candidate(), predecessor: null, signer, fees, Cancellation);

        Assert.Null(view.Revert);
        var call = node.Bodies.Single(body => body.Contains("eth_call", StringComparison.Ordinal));
        Assert.Contains($"\"from\":\"{signer.ToString().ToLowerInvariant()}\"", call, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"maxFeePerGas\":\"0x7d0\",\"maxPriorityFeePerGas\":\"0x7\"", call, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_node_has_against_the_payer_is_not_the_requests_fault()
    {
        await using var node = await NodeStandIn.StartAsync(Cancellation);
        node.Answer = (method, parameters) => method == "eth_call"
            ? parameters.ToString().Contains("maxFeePerGas", StringComparison.Ordinal) ? NodeStandIn.Error(-32000, "insufficient funds for gas * price + value") : $"0x{7:x64}"
            : "0x1";
        using var clients = new ChainClientFactory(
            new RelayerOptions { Chains = { ["test"] = new() { ChainId = 31337, Rpc = { node.Url } } } }, TimeProvider.System, NullLogger<ChainClientFactory>.Instance);

        var view = await new ChainViewReader(clients.Get(new ChainId(31337))).ReadAsync(
            Samples.Candidate(), predecessor: null, Samples.Contract, new TransactionFees.Dynamic(new Wei(2_000), new Wei(7)), Cancellation);

        Assert.Null(view.Revert);
        Assert.Equal(NonceStanding.Usable, view.Nonce.Of(7));
    }

    [Fact]
    public async Task An_early_no_is_looked_at_again()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var (judge, candidate) = await SettleAsync(world);
        foreach (var stale in new[] { new ChainView(new NonceState.Sequential(5), null), new ChainView(new NonceState.Sequential(0), "closed") })
        {
            Assert.Null(await judge.RefuseAsync(candidate, Facts(), Task.FromResult<ChainView?>(stale), Cancellation));
        }
    }

    [Fact]
    public async Task An_early_yes_says_nothing_once_the_records_know_of_a_request_under_way()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var (judge, first) = await SettleAsync(world);
        var second = At(first, 1);
        var facts = Facts(new Predecessor(0, world.Keys[0].Address));
        var yes = judge.TryReadEarlyAsync(first, Cancellation);

        // The very nonce that is under way is taken; the one behind it, which the chain alone would refuse, is not.
        Assert.Equal(RefusalCode.NonceUsed, (await judge.RefuseAsync(first, facts, yes, Cancellation))?.Code);
        var no = judge.TryReadEarlyAsync(second, Cancellation);
        Assert.Null(await judge.RefuseAsync(second, facts, no, Cancellation));
        Assert.Equal(RefusalCode.NonceGap, (await judge.RefuseAsync(second, Facts(), no, Cancellation))?.Code);
    }

    [Fact]
    public async Task What_cannot_be_read_early_is_read_again_and_fails_there()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var (judge, candidate) = await SettleAsync(world);
        await world.Node.StopAsync();
        var early = judge.TryReadEarlyAsync(candidate, Cancellation);

        Assert.Null(await early);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => judge.RefuseAsync(candidate, Facts(), early, Cancellation));
        await world.Node.StartAsync(Cancellation);
        Assert.Null(await judge.RefuseAsync(candidate, Facts(), early, Cancellation));
    }

    private static RelayFacts Facts(Predecessor? predecessor = null) => new(null, predecessor, 0, 0);

    private static async Task<(RelayValidator Judge, RelayCandidate Candidate)> SettleAsync(EngineWorld world)
    {
        var deployment = await Deployment.CreateAsync(world.Node, cancellation: Cancellation);
        var forwarder = new OpenZeppelinForwarder(new ChainId(world.Node.ChainId), deployment.OpenZeppelin, Deployment.OpenZeppelinName);
        var judge = new RelayValidator(
            new RelayRoutes(world.Options),
            Samples.Rules(world.Time, new BreakerBoard(new RelayRoutes(world.Options), world.Database.Database, world.Time, new Logger<BreakerBoard>(world.Logs))),
            world.Chains, world.Engines,
            new ForwarderCheck(world.Chains, new Logger<ForwarderCheck>(world.Logs)), world.Time);
        var message = Samples.Message(forwarder) with { To = deployment.Target, Nonce = 0, Deadline = (1UL << 48) - 1 };
        return (judge, Sign(forwarder, message));
    }

    private static RelayCandidate At(RelayCandidate candidate, ulong nonce) =>
        Sign(candidate.Route.Forwarder, candidate.Message with { Nonce = nonce });

    private static RelayCandidate Sign(Forwarder forwarder, ForwardRequest message)
    {
        var signature = Secp256k1.Default.Sign(Hex.Decode(Samples.User.PrivateKey), forwarder.Digest(message));
        return new RelayCandidate(
            new RelayRequest(forwarder.ChainId, forwarder.Address, message, signature),
            new RelayRoute("test", forwarder, Samples.Policy, 1), Samples.Now);
    }
}
