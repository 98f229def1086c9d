using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Relay.Rules;

/// <summary>Every rule, in order, cheapest first: what costs nothing, then the curve, then the records, then the chain.</summary>
/// <remarks>
/// Before these, the body's size and shape are checked where it is read, and <see cref="RelayRoutes"/> finds chain and forwarder.
/// The signature stands before everything that does I/O, so that nobody makes the relayer work for a request that is not signed.
/// </remarks>
internal sealed class RelayRules(ISecp256k1 curve, BudgetGate gate, BreakerBoard breakers, ApiClients clients, IUserAttempts attempts)
{
    /// <summary>By the request alone.</summary>
    public IReadOnlyList<IRelayRule> Alone { get; } =
    [
        new DataSizeRule(),
        new DeadlineRule(),
        new GasRule(),
        new ValueRule(),
        new TargetRule(),
        new ClientTargetRule(clients),
        new SelectorRule(),
        new EncodingRule(),
        new OuterGasRule(),
        new SignatureRule(curve),
        new AttemptsRule(attempts),
    ];

    /// <summary>Once it is known who calls: budgets and breakers are theirs.</summary>
    public IReadOnlyList<IRelayRule> Known { get; } =
    [
        new BudgetRule(gate),
        new BreakerRule(breakers),
    ];

    /// <summary>With what the records say. (A request known from before never comes this far: it is answered from its record.)</summary>
    public IReadOnlyList<IRecordRule> WithRecords { get; } =
    [
        new SponsorshipRule(),
        new RateRule(),
        new GasQuotaRule(),
    ];

    /// <summary>With what the chain says.</summary>
    public IReadOnlyList<IChainRule> WithChain { get; } =
    [
        new NonceRule(),
        new StandstillRule(),
        new UnderWayRule(),
        new SimulationRule(),
    ];

    /// <summary>The signature rule by itself, for requests that another rule refused but that may be known from before.</summary>
    public bool IsSigned(RelayCandidate candidate) => new SignatureRule(curve).Check(candidate) is null;
}
