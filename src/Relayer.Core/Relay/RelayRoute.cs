using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay;

/// <summary>A forwarder served on a chain, with the chain's policy.</summary>
/// <param name="ChainName">The chain's name in the configuration.</param>
/// <param name="Forwarder">The forwarder and its dialect.</param>
/// <param name="Policy">What is sponsored.</param>
/// <param name="Confirmations">Blocks on top before a relay counts as confirmed.</param>
public sealed record RelayRoute(string ChainName, Forwarder Forwarder, RelayPolicy Policy, int Confirmations);

/// <summary>The forwarders served, by chain and address.</summary>
public sealed class RelayRoutes
{
    private readonly Dictionary<(ChainId Chain, Address Forwarder), RelayRoute> _routes = [];
    private readonly HashSet<ChainId> _chains = [];
    private readonly Dictionary<ChainId, Wei?> _mostLost = [];

    /// <summary>Reads validated options.</summary>
    /// <exception cref="FormatException">A text that validation would have refused.</exception>
    public RelayRoutes(RelayerOptions options)
    {
        var clients = new ApiClients(options);
        foreach (var (name, chain) in options.Chains)
        {
            var chainId = new ChainId(chain.ChainId);
            var policy = RelayPolicy.From(chain, clients);
            _chains.Add(chainId);
            _mostLost[chainId] = policy.Budgets.MostLost;
            foreach (var configured in chain.Forwarders)
            {
                if (!Forwarder.TryCreate(
                    configured.Dialect, chainId, configured.Address!.Value, configured.Name, configured.Version, out var forwarder))
                {
                    throw new FormatException($"'{configured.Dialect}' is not a dialect");
                }

                _routes.Add((chainId, forwarder.Address), new RelayRoute(name, forwarder, policy, chain.Confirmations));
            }
        }
    }

    /// <summary>All of them, in configuration order.</summary>
    public IReadOnlyCollection<RelayRoute> All => _routes.Values;

    /// <summary>The chains served.</summary>
    public IReadOnlyCollection<ChainId> Chains => _chains;

    /// <summary>The most that calls of one function which fail on chain may cost in an hour; <see langword="null"/> for no limit.</summary>
    public Wei? MostLostOn(ChainId chainId) => _mostLost.GetValueOrDefault(chainId);

    /// <summary>Functions whose calldata cannot be checked, since only a selector or nothing is known of them, and nobody asked for that.</summary>
    public IEnumerable<(string Chain, Address Target, SponsoredFunction Function)> Unchecked() =>
        from route in _routes.Values.DistinctBy(route => route.ChainName)
        from target in route.Policy.Targets
        from function in target.Value
        where function.IsUnchecked
        select (route.ChainName, target.Key, function);

    /// <summary>Finds the route of a request.</summary>
    /// <returns>The refusal, or <see langword="null"/> with the route.</returns>
    public Refusal? Find(ChainId chainId, Address forwarder, out RelayRoute route)
    {
        route = null!;
        if (!_chains.Contains(chainId))
        {
            return new Refusal(RefusalCode.UnknownChain, $"Chain {chainId} is not served.");
        }

        return _routes.TryGetValue((chainId, forwarder), out route!)
            ? null
            : new Refusal(RefusalCode.UnknownForwarder, $"Forwarder {forwarder} is not served on chain {chainId}.");
    }
}
