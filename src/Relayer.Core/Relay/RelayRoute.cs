using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay;

/// <summary>A forwarder served on a chain, with the chain's policy.</summary>
/// <param name="ChainName">The chain's name in the configuration.</param>
/// <param name="Forwarder">The forwarder and its dialect.</param>
/// <param name="Policy">What is sponsored.</param>
/// <param name="Confirmations">Blocks on top before a relay counts as confirmed.</param>
public sealed record RelayRoute(string ChainName, Forwarder Forwarder, RelayPolicy Policy, int Confirmations);

/// <summary>What is sponsored on a chain, read once from the validated options.</summary>
/// <param name="Targets">The functions each target may be called with.</param>
/// <param name="MaxGas">The most gas for an inner call.</param>
/// <param name="MaxValue">The most value.</param>
/// <param name="MaxDataBytes">The most calldata.</param>
/// <param name="MinDeadline">The nearest deadline taken.</param>
/// <param name="MaxDeadline">The farthest deadline taken.</param>
/// <param name="TimeToLive">How long a request without a deadline is tried for.</param>
/// <param name="RelaysPerMinute">A user's requests in a minute.</param>
/// <param name="GasPerDay">A user's gas in a day (UTC).</param>
public sealed record RelayPolicy(
    IReadOnlyDictionary<Address, IReadOnlyList<AllowedFunction>> Targets, ulong MaxGas, Wei MaxValue, int MaxDataBytes,
    TimeSpan MinDeadline, TimeSpan MaxDeadline, TimeSpan TimeToLive, long RelaysPerMinute, long GasPerDay)
{
    /// <summary>Reads validated options.</summary>
    /// <exception cref="FormatException">A text that validation would have refused.</exception>
    public static RelayPolicy From(PolicyOptions options) => new(
        options.Targets.ToDictionary(target => Address.Parse(target.Address), ReadFunctions),
        (ulong)options.MaxGas,
        Wei.Parse(options.MaxValueWei),
        options.MaxDataBytes,
        options.MinDeadline, options.MaxDeadline, options.TimeToLive, options.RelaysPerMinute, options.GasPerDay);

    private static IReadOnlyList<AllowedFunction> ReadFunctions(TargetOptions target) =>
        [.. target.Functions.Select(text => AllowedFunction.TryParse(text, out var function)
            ? function
            : throw new FormatException($"'{text}' is not a function"))];
}

/// <summary>The forwarders served, by chain and address.</summary>
public sealed class RelayRoutes
{
    private readonly Dictionary<(ChainId Chain, Address Forwarder), RelayRoute> _routes = [];
    private readonly HashSet<ChainId> _chains = [];

    /// <summary>Reads validated options.</summary>
    /// <exception cref="FormatException">A text that validation would have refused.</exception>
    public RelayRoutes(RelayerOptions options)
    {
        foreach (var (name, chain) in options.Chains)
        {
            var chainId = new ChainId(chain.ChainId);
            var policy = RelayPolicy.From(chain.Policy);
            _chains.Add(chainId);
            foreach (var configured in chain.Forwarders)
            {
                if (!Forwarder.TryCreate(
                    configured.Dialect, chainId, Address.Parse(configured.Address), configured.Name, configured.Version, out var forwarder))
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
