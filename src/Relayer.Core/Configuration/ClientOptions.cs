using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration;

/// <summary>
/// An API client, bound from <c>Clients:{name}</c>: somebody who posts users' requests with a key of their own in the header <c>x-relayer-key</c>. The
/// records, the budgets and the logs know them by the name. Without a key everybody is anonymous.
/// </summary>
public sealed class ClientOptions
{
    /// <summary>The name of the Key Vault secret that holds the client's key: at least 32 random characters. A new version replaces the old one.</summary>
    public string Secret { get; set; } = "";

    /// <summary>A second secret whose key is as good: while one key is exchanged for another, both work.</summary>
    public string NextSecret { get; set; } = "";

    /// <summary>The key itself, instead of a secret: in <c>Development</c> only.</summary>
    public string Key { get; set; } = "";

    /// <summary>Wei that the client's relays may cost on each chain in an hour (UTC), within the chain's own budget; left out: no limit but the chain's.</summary>
    public Wei? HourWei { get; set; }

    /// <summary>The same in a day (UTC).</summary>
    public Wei? DayWei { get; set; }

    /// <summary>Requests that the client may post in a minute to one instance, refused and simulated ones counted.</summary>
    public int RelaysPerMinute { get; set; } = 6_000;

    /// <summary>The contracts that its requests may call, of those that are sponsored; left out: all of them.</summary>
    public IList<Address> Targets { get; init; } = [];

    /// <summary>
    /// The origins of the pages that use the key, such as <c>https://app.example</c>; calls without one of them are refused. Whoever reads such a page
    /// has the key, so its calls count for their network address too. Left out: any caller, for keys that a server keeps.
    /// </summary>
    public IList<string> Origins { get; init; } = [];
}
