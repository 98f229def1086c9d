namespace Relayer.Core.Configuration;

/// <summary>Checks who may post as a client.</summary>
internal static class ClientOptionsValidator
{
    /// <summary>A name is stored with each relay and stands in logs.</summary>
    private const int LongestName = 64;

    public static void Validate(RelayerOptions options, KeySources sources, OptionFaults faults)
    {
        foreach (var (name, client) in options.Clients.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var at = $"Clients:{name}";
            faults.AddIf(
                name.Length > LongestName || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'), at,
                $"must be a name of at most {LongestName} letters, digits, dots, hyphens and underscores");
            sources.Require(at, client.Secret, client.NextSecret, client.Key, "a client", faults);
            faults.RequireAtLeast(1, client.RelaysPerMinute, $"{at}:RelaysPerMinute");
            for (var i = 0; i < client.Targets.Count; i++)
            {
                var key = $"{at}:Targets:{i}";
                if (faults.RequireAddress(client.Targets[i], key) is { } target)
                {
                    faults.AddIf(
                        !options.Chains.Values.Any(chain => chain.Policy.Targets.Any(one => one.Address == target)), key,
                        "is not a target of any chain's policy: nothing of it is sponsored");
                }
            }

            faults.AddIf(
                client.Origins.Count > 0 && client.HourWei is null && client.DayWei is null, $"{at}:DayWei",
                "is missing, as is HourWei: whoever reads a page of its Origins has the key, so what that may cost must be written out");
            for (var i = 0; i < client.Origins.Count; i++)
            {
                faults.AddIf(!IsOrigin(client.Origins[i]), $"{at}:Origins:{i}", "is not an origin such as https://app.example");
            }
        }
    }

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}
