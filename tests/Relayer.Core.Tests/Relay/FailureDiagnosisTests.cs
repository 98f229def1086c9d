using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>What users are told about a call that failed is the target's word, never that of a node that could not try it.</summary>
[Trait("needs", "services")]
public sealed class FailureDiagnosisTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, "reverted without a reason")]
    [InlineData(5, "it reverted when it was mined; a call with value cannot be tried again to find out why")]
    public async Task That_the_forwarder_holds_no_value_to_try_with_is_no_reason(ulong wei, string told)
    {
        await using var world = await EngineWorld.StartAsync(postgres);
        var deployment = await Deployment.CreateAsync(world.Node, cancellation: Cancellation);
        var options = new ForwarderOptions { Address = deployment.Infinex, Dialect = InfinexForwarder.Name, Name = Deployment.InfinexName };
        world.Options.Chains["test"].Forwarders.Add(options);
        await world.Node.SetCodeAsync(deployment.Target.ToString(), "0x5f5ffd", Cancellation); // Reverts, without a reason.
        var inquest = new FailureDiagnosis(new RelayRoutes(world.Options), world.Chain);
        var relay = Relay(new InfinexForwarder(world.Chain.ChainId, deployment.Infinex, Deployment.InfinexName), deployment.Target, new Wei(wei));

        Assert.Equal(told, await inquest.WhyItFailedAsync(relay, Cancellation));
        Assert.Equal(told, await inquest.WhyNotCarriedAsync(relay, wentAlone: true, minedIn: null, Samples.Now, Cancellation));
    }

    private static SignedRelay Relay(Forwarder forwarder, Address target, Wei value)
    {
        var message = new ForwardRequest(Samples.User.Address, target, value, 100_000, 7, null, Hex.Decode("0xd09de08a"));
        var signature = Secp256k1.Default.Sign(Hex.Decode(Samples.User.PrivateKey), forwarder.Digest(message));
        return new SignedRelay(
            forwarder.Digest(message), forwarder.Address, message.From, message.To, message.Value, message.Gas, message.Nonce, message.Data,
            signature.ToArray(), Samples.Now.AddMinutes(10), IsBehind: false);
    }
}
