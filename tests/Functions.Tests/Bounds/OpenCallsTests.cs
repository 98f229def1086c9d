using System.Net;
using Functions.Bounds;
using Functions.Configuration;
using Functions.Operators;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Configuration;

namespace Functions.Tests.Bounds;

public sealed class OpenCallsTests
{
    [Fact]
    public void Waits_and_streams_have_limits_of_their_own_in_all_and_for_each_caller()
    {
        var options = new RelayerOptions
        {
            Admission = new AdmissionOptions { MaxWaits = 3, MaxWaitsPerAddress = 2, MaxStreams = 2, MaxStreamsPerAddress = 1 },
        };
        using var calls = new OpenCalls(options, new CallerAddress(HostProfile.Alone, options));
        var (one, two) = (From("192.0.2.1"), From("192.0.2.2"));
        var first = calls.OpenWait(one);
        using var second = calls.OpenWait(one);
        Assert.True(Assert.Throws<CapacityException>(() => calls.OpenWait(one)).IsOwnShare);
        using var third = calls.OpenWait(two);
        Assert.False(Assert.Throws<CapacityException>(() => calls.OpenWait(two)).IsOwnShare);

        using var stream = calls.OpenStream(one);
        Assert.True(Assert.Throws<CapacityException>(() => calls.OpenStream(one)).IsOwnShare);
        using var another = calls.OpenStream(two);
        Assert.False(Assert.Throws<CapacityException>(() => calls.OpenStream(From("192.0.2.3"))).IsOwnShare);

        first.Dispose();
        using var fourth = calls.OpenWait(two);
    }

    private static DefaultHttpContext From(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
}
