using System.Net;
using Functions.Configuration;
using Functions.Operators;
using Microsoft.AspNetCore.Http;

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
        Assert.Equal(address, CallerAddress.Of(Context(connection, forwarded), HostProfile.Alone));

    [Theory]
    [InlineData("198.51.100.1:50123", "198.51.100.1")]
    [InlineData("10.0.0.1, 198.51.100.1:50123", "198.51.100.1")] // The front end adds the last one; those before are the caller's.
    [InlineData("[2001:db8:1:2:3:4:5:6]:50123", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    [InlineData("198.51.100.1, nobody", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public void Behind_the_Functions_host_the_front_end_does(string? forwarded, string address) =>
        Assert.Equal(address, CallerAddress.Of(Context("127.0.0.1", forwarded), HostProfile.Isolated));

    private static DefaultHttpContext Context(string? connection, string? forwarded)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = connection is null ? null : IPAddress.Parse(connection);
        if (forwarded is not null)
        {
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        return context;
    }
}
