using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Budgets;

namespace Relayer.Core.Relay.Callers;

/// <summary>What an API client may do.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Budget">What its relays may cost on each chain.</param>
/// <param name="RelaysPerMinute">Requests that it may post in a minute to one instance.</param>
/// <param name="Targets">The contracts that its requests may call; none means all that are sponsored.</param>
/// <param name="Origins">The origins of the pages that use its key; none means that a server keeps it.</param>
public sealed record ApiClient(string Name, BudgetLimit Budget, int RelaysPerMinute, IReadOnlySet<Address> Targets, IReadOnlySet<string> Origins)
{
    /// <summary>True where anybody can read the key in a page: it says who the page is, not who calls.</summary>
    public bool IsPublic => Origins.Count > 0;

    /// <summary>Whether its requests may call a contract.</summary>
    public bool MayCall(Address target) => Targets.Count == 0 || Targets.Contains(target);

    /// <summary>Whether its calls may come from a page of an origin, or from none.</summary>
    public bool MayComeFrom(string? origin) => Origins.Count == 0 || (origin is not null && Origins.Contains(origin));
}

/// <summary>The API clients, read once from the validated options.</summary>
public sealed class ApiClients
{
    private readonly Dictionary<string, ApiClient> _clients;

    /// <summary>Reads validated options.</summary>
    public ApiClients(RelayerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clients = options.Clients.ToDictionary(
            entry => entry.Key,
            entry => new ApiClient(
                entry.Key, new BudgetLimit(entry.Value.HourWei, entry.Value.DayWei), entry.Value.RelaysPerMinute,
                entry.Value.Targets.ToHashSet(), entry.Value.Origins.ToHashSet(StringComparer.OrdinalIgnoreCase)),
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<ApiClient> All => _clients.Values;

    /// <summary>One of them.</summary>
    public ApiClient? Find(string name) => _clients.GetValueOrDefault(name);
}
