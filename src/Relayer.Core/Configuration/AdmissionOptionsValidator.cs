using System.Net;

namespace Relayer.Core.Configuration;

/// <summary>Checks how much is taken at once.</summary>
public static class AdmissionOptionsValidator
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>One body must fit: 1 MiB, and what its buffer grows by.</summary>
    private const long LeastBodyBytes = 2 * 1024 * 1024;

    /// <summary>Notes what is wrong.</summary>
    public static void Validate(AdmissionOptions admission, OptionFaults faults)
    {
        ArgumentNullException.ThrowIfNull(admission);
        ArgumentNullException.ThrowIfNull(faults);
        foreach (var (key, value, least) in new[]
        {
            (nameof(admission.MaxRequests), admission.MaxRequests, 1),
            (nameof(admission.MaxWaiting), admission.MaxWaiting, 0),
            (nameof(admission.AttemptsPerMinutePerAddress), admission.AttemptsPerMinutePerAddress, 1),
            (nameof(admission.AttemptsPerMinutePerUser), admission.AttemptsPerMinutePerUser, 1),
            (nameof(admission.MaxBodyBytes), admission.MaxBodyBytes, LeastBodyBytes),
            (nameof(admission.MaxBodyBytesPerAddress), admission.MaxBodyBytesPerAddress, LeastBodyBytes),
            (nameof(admission.MinBodyBytesPerSecond), admission.MinBodyBytesPerSecond, 1),
            (nameof(admission.MaxWaits), admission.MaxWaits, 1),
            (nameof(admission.MaxWaitsPerAddress), admission.MaxWaitsPerAddress, 1),
            (nameof(admission.MaxStreams), admission.MaxStreams, 1),
            (nameof(admission.MaxStreamsPerAddress), admission.MaxStreamsPerAddress, 1),
            (nameof(admission.MaxConnections), admission.MaxConnections, 1),
            (nameof(admission.MaxConnectionsPerAddress), admission.MaxConnectionsPerAddress, 1),
            (nameof(admission.MaxReads), admission.MaxReads, 1),
        })
        {
            faults.RequireAtLeast(least, value, $"Admission:{key}");
        }

        faults.RequireTime(admission.MaxWait, LongestWait, "a minute", "Admission:MaxWait");
        faults.AddIf(
            admission.ReadsKeptFor < TimeSpan.Zero || admission.ReadsKeptFor > LongestWait, "Admission:ReadsKeptFor", "must be from 0 to a minute");
        for (var i = 0; i < admission.TrustedProxies.Count; i++)
        {
            faults.AddIf(
                !TryReadNetwork(admission.TrustedProxies[i], out _), $"Admission:TrustedProxies:{i}",
                "is not an address, nor a network such as 10.0.0.0/8");
        }
    }

    /// <summary>An address, or a network in CIDR notation. An IPv4 address within IPv6 is the IPv4 address.</summary>
    public static bool TryReadNetwork(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            network = new IPNetwork(plain, plain.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }
}
