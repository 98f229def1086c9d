using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>Operators and callers are told which part of a forwarder's domain is not as configured, and no more.</summary>
[Trait("needs", "services")]
public sealed class ForwarderCheckTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_differs_is_named_with_both_sides_and_nothing_else()
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var deployment = await Deployment.CreateAsync(world.Node, cancellation: Cancellation);
        var check = new ForwarderCheck(world.Chains, new Logger<ForwarderCheck>(world.Logs));
        var chain = new ChainId(world.Node.ChainId);

        Assert.Null(await check.FindMismatchAsync(
            new OpenZeppelinForwarder(chain, deployment.OpenZeppelin, Deployment.OpenZeppelinName), Cancellation));
        Assert.Equal(
            $"its EIP-712 domain has name '{Deployment.InfinexName}' (configured: 'Another')",
            await check.FindMismatchAsync(new InfinexForwarder(chain, deployment.Infinex, "Another"), Cancellation));
        Assert.Equal(
            "the contract does not tell its EIP-712 domain: is it a forwarder?",
            await check.FindMismatchAsync(new InfinexForwarder(chain, deployment.Target, Deployment.InfinexName), Cancellation));
    }
}
