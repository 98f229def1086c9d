using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;
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
            new RelayRoutes(world.Options), new RelayRules(
                Secp256k1.Default, new BudgetGate(world.Time),
                new BreakerBoard(new RelayRoutes(world.Options), world.Database.Database, world.Time, new Logger<BreakerBoard>(world.Logs))), world.Chains, world.Engines,
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
