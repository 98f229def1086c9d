using System.Net;

namespace Functions.Configuration;

/// <summary>Keeps <c>Development</c>, where keys may stand in the settings, from being served to other machines.</summary>
internal static class DevelopmentReach
{
    // What Azure sets for every app: https://learn.microsoft.com/azure/app-service/reference-app-settings#app-environment.
    private const string Site = "WEBSITE_HOSTNAME";
    private const string Instance = "WEBSITE_INSTANCE_ID";

    /// <summary>Each setting by which others could reach the app, as <c>Key: what is wrong</c>.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="isAlone">True where the app listens by itself; else the Functions host does.</param>
    public static IEnumerable<string> Faults(IConfiguration configuration, bool isAlone)
    {
        if (isAlone && (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(url => !IsHere(url)))
        {
            yield return "urls: opens the app to other machines, and Environment is Development: set Environment to Production, or listen on 127.0.0.1";
        }

        if (!string.IsNullOrEmpty(configuration[Instance]) || configuration[Site] is { Length: > 0 } site && !IsHere($"http://{site}"))
        {
            yield return "Environment: is Development, which is not for Azure: set it to Production";
        }
    }

    private static bool IsHere(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
