using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Rules;

namespace Relayer.Core.Tests.Relay;

/// <summary>A request that every rule lets pass, for tests to spoil.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_790_000_010);
    public static readonly DevKey User = DevKey.Create();
    public static readonly Address Target = Address.Parse("0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512");
    public static readonly Address Contract = Address.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3");
    private static readonly ChainId Chain = new(31337);

    public static RelayPolicy Policy { get; } = RelayPolicy.From(new PolicyOptions
    {
        Targets = { new TargetOptions { Address = Target, Functions = { "increment()" } } },
        MaxGas = 500_000,
        MaxDataBytes = 100,
        RelaysPerMinute = 3,
        GasPerDay = 1_000_000,
    });

    /// <summary>The rules; without breakers the one that asks for them is not to be asked.</summary>
    public static RelayRules Rules(TimeProvider? time = null, BreakerBoard? breakers = null) =>
        new(Secp256k1.Default, new BudgetGate(time ?? TimeProvider.System), breakers!, new ApiClients(new RelayerOptions()), new UncountedAttempts());

    public static Forwarder OpenZeppelin { get; } = new OpenZeppelinForwarder(Chain, Contract, "ERC2771Forwarder");

    public static Forwarder Infinex { get; } = new InfinexForwarder(Chain, Contract);

    public static ForwardRequest Message(Forwarder forwarder) => new(
        User.Address, Target, Wei.Zero, 100_000, 7, forwarder.HasDeadline ? (ulong)Now.ToUnixTimeSeconds() + 600 : null, Hex.Decode("0xd09de08a"));

    /// <summary>A candidate, signed by its user after <paramref name="change"/>.</summary>
    public static RelayCandidate Candidate(Func<ForwardRequest, ForwardRequest>? change = null, Forwarder? forwarder = null, RelayPolicy? policy = null)
    {
        forwarder ??= OpenZeppelin;
        var message = (change ?? (same => same))(Message(forwarder));
        var signature = Secp256k1.Default.Sign(Hex.Decode(User.PrivateKey), forwarder.Digest(message));
        return new RelayCandidate(
            new RelayRequest(Chain, Contract, message, signature), new RelayRoute("test", forwarder, policy ?? Policy, 1), Now);
    }
}
