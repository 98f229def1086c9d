using System.Net;
using Functions.Configuration;
using Functions.Operators;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Configuration;

namespace Functions.Tests.Hosting;

public sealed class CallerAddressTests
{
    [Theory]
    [InlineData("203.0.113.7", null, "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", null, "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", null, "2001:db8:1:2::/64")]
    [InlineData("203.0.113.7", "198.51.100.1", "203.0.113.7")] // Anybody can write it.
    [InlineData(null, null, "unknown")]
    public void Alone_the_connection_tells(string? connection, string? forwarded, string address) =>
        Assert.Equal(address, Callers(HostProfile.Alone).Of(Context(connection, forwarded)));

    [Theory]
    [InlineData("198.51.100.1:50123", "198.51.100.1")]
    [InlineData("10.0.0.1, 198.51.100.1:50123", "198.51.100.1")] // The front end adds the last one; those before are the caller's.
    [InlineData("[2001:db8:1:2:3:4:5:6]:50123", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    [InlineData("198.51.100.1, nobody", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public void Behind_the_Functions_host_the_front_end_does(string? forwarded, string address) =>
        Assert.Equal(address, Callers(HostProfile.Isolated).Of(Context("127.0.0.1", forwarded)));

    [Theory]
    [InlineData("10.1.2.3", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.1.2.3", "203.0.113.9, 198.51.100.1", "198.51.100.1")] // What stands before it is the caller's own.
    [InlineData("10.1.2.3", "203.0.113.9, 198.51.100.1, 192.0.2.5, 10.9.9.9", "198.51.100.1")] // Past proxies, from the right.
    [InlineData("10.1.2.3", "10.4.4.4, 192.0.2.5", "10.4.4.4")] // From the proxies themselves.
    [InlineData("10.1.2.3", "2001:db8:1:2:3:4:5:6, fd00::7", "2001:db8:1:2::/64")]
    [InlineData("::ffff:10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("10.1.2.3", "198.51.100.1, unknown, 192.0.2.5", "192.0.2.5")] // What makes no sense ends it.
    [InlineData("10.1.2.3", null, "10.1.2.3")]
    [InlineData("203.0.113.7", "198.51.100.1", "203.0.113.7")] // Not a proxy of ours.
    public void Of_a_configured_proxy_it_is_believed_and_of_nobody_else(string connection, string? forwarded, string address) =>
        Assert.Equal(address, Callers(HostProfile.Alone, "10.0.0.0/8", "192.0.2.5", "fd00::/8").Of(Context(connection, forwarded)));

    [Fact]
    public void Several_headers_are_one_list() => Assert.Equal(
        "198.51.100.1", Callers(HostProfile.Alone, "10.0.0.0/8").Of(Context("10.1.2.3", "203.0.113.9", "198.51.100.1", "10.7.7.7")));

    private static CallerAddress Callers(HostProfile profile, params string[] proxies) =>
        new(profile, new RelayerOptions { Admission = new AdmissionOptions { TrustedProxies = proxies } });

    private static DefaultHttpContext Context(string? connection, params string?[] forwarded)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = connection is null ? null : IPAddress.Parse(connection);
        if (forwarded is not [null])
        {
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        return context;
    }
}
