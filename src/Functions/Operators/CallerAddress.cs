using System.Net;
using System.Net.Sockets;
using Functions.Configuration;
using Microsoft.Extensions.Primitives;
using Relayer.Core.Configuration;

namespace Functions.Operators;

/// <summary>Where a call comes from, as far as it can be believed. The one place that says who is one caller.</summary>
/// <param name="profile">The host.</param>
/// <param name="options">The proxies in front.</param>
public sealed class CallerAddress(HostProfile profile, RelayerOptions options)
{
    private const string Forwarded = "X-Forwarded-For";
    private const string Unknown = "unknown";

    // Who has one IPv6 address has the 2^64 beside it.
    private const int Ipv6Prefix = 8;

    private readonly IPNetwork[] _proxies =
        [.. options.Admission.TrustedProxies.Select(text => AdmissionOptionsValidator.TryReadNetwork(text, out var network) ? network : throw new ArgumentException(text))];

    /// <summary>
    /// An IPv4 address, or an IPv6 network of 64 bits. Behind the Functions host the connection is always the host's own, and the platform's front
    /// end adds the last entry of <c>X-Forwarded-For</c>. Alone a configured proxy adds it; of nobody else it is believed.
    /// </summary>
    public string Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var address = Plain(context.Connection.RemoteIpAddress);
        return NetworkOf(
            address is not null && (profile.IsBehindFrontEnd || IsProxy(address)) ? Behind(address, context.Request.Headers[Forwarded]) : address);
    }

    /// <summary>Whether an address is that of a proxy in front, whose connections are many callers'.</summary>
    public bool IsProxy(IPAddress address)
    {
        var plain = Plain(address)!;
        return Array.Exists(_proxies, network => network.Contains(plain));
    }

    /// <summary>How an address is counted: IPv4 by itself, IPv6 by its network.</summary>
    public static string NetworkOf(IPAddress? address)
    {
        if (Plain(address) is not { } plain)
        {
            return Unknown;
        }

        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain.ToString();
        }

        var bytes = plain.GetAddressBytes();
        Array.Clear(bytes, Ipv6Prefix, bytes.Length - Ipv6Prefix);
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>From the right, since each proxy adds to the end: past proxies that are trusted, up to the first that is not, or that makes no sense.</summary>
    private IPAddress Behind(IPAddress connection, StringValues forwarded)
    {
        var address = connection;
        for (var i = forwarded.Count - 1; i >= 0; i--)
        {
            var rest = forwarded[i].AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf(',');
                if (Parse(rest[(comma + 1)..].Trim()) is not { } entry)
                {
                    return address;
                }

                address = entry;
                if (!IsProxy(address))
                {
                    return address;
                }

                rest = rest[..Math.Max(0, comma)];
            }
        }

        return address;
    }

    // Azure writes the port too: 203.0.113.7:50123 or [2001:db8::1]:50123.
    private static IPAddress? Parse(ReadOnlySpan<char> entry) =>
        Plain(IPAddress.TryParse(entry, out var address) ? address : IPEndPoint.TryParse(entry, out var endpoint) ? endpoint.Address : null);

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
