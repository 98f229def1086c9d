using System.Globalization;
using System.Net;

namespace SelfHost;

/// <summary>Checks where the app is to listen. Pure.</summary>
internal static class ListenFaults
{
    /// <summary>What is wrong with <c>Port</c> and <c>urls</c>, each as <c>Key: what is wrong</c>.</summary>
    public static IReadOnlyList<string> Find(IConfiguration configuration)
    {
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return
        [
            .. TryParsePort(configuration["Port"], out _) ? [] : new[] { $"Port: '{configuration["Port"]}' is not a TCP port (0 to 65535)." },
            .. urls.Select(Fault).OfType<string>().Select(fault => $"urls: {fault}"),
        ];
    }

    /// <summary>Reads a port; none is the default one.</summary>
    public static bool TryParsePort(string? text, out int port)
    {
        port = FunctionsHost.DefaultPort;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is <= IPEndPoint.MaxPort);
    }

    private static string? Fault(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase)
                ? $"'{url}' is https, and the app has no certificate: let what stands in front of it do that, and write http"
                : !address.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase) || address.Port is < 0 or > IPEndPoint.MaxPort
                ? $"'{url}' is not an address to listen at, such as http://127.0.0.1:7071"
                : null;
        }
        catch (FormatException)
        {
            return $"'{url}' is not an address to listen at, such as http://127.0.0.1:7071";
        }
    }
}
