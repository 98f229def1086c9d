using System.Net;
using System.Net.Sockets;
using Functions.Configuration;

namespace Functions.Operators;

/// <summary>Where a call comes from, as far as it can be believed.</summary>
internal static class CallerAddress
{
    private const string Forwarded = "X-Forwarded-For";

    // Who has one IPv6 address has the 2^64 beside it.
    private const int Ipv6Prefix = 8;

    /// <summary>
    /// An IPv4 address, or an IPv6 network of 64 bits. Behind the Functions host the connection is always the host's own; there the last entry of
    /// <c>X-Forwarded-For</c> counts, which the platform's front end adds. Alone nobody is known to add one, so what it says is not believed.
    /// </summary>
    public static string Of(HttpContext context, HostProfile profile)
    {
        var address = profile.IsBehindFrontEnd ? Last(context.Request.Headers[Forwarded]) : null;
        return NetworkOf(address ?? context.Connection.RemoteIpAddress);
    }

    private static IPAddress? Last(string? forwarded)
    {
        // Azure writes the port too: 203.0.113.7:50123 or [2001:db8::1]:50123.
        var last = forwarded?.Split(',')[^1].Trim();
        return IPAddress.TryParse(last, out var address) ? address : IPEndPoint.TryParse(last ?? "", out var endpoint) ? endpoint.Address : null;
    }

    private static string NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, Ipv6Prefix, bytes.Length - Ipv6Prefix);
        return $"{new IPAddress(bytes)}/64";
    }
}
