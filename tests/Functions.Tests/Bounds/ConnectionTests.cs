using System.Net.Sockets;
using Functions.Tests.Hosting;

namespace Functions.Tests.Bounds;

public sealed class ConnectionTests
{
    private const string Ask = "GET /api/slow/0 HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Fact]
    public async Task One_address_has_its_connections_and_all_together_theirs_and_a_closed_one_makes_room()
    {
        await using var host = await SampleHost.StartAsync(
            settings: ["Admission:MaxConnectionsPerAddress=3", "Admission:MaxConnections=5"]);
        var port = host.Client.BaseAddress!.Port;
        var own = await OpenAsync(port, "127.0.0.2", 3);
        Assert.Equal("", await AskOnceAsync(port, "127.0.0.2"));
        var others = await OpenAsync(port, "127.0.0.3", 2);
        Assert.Equal("", await AskOnceAsync(port, "127.0.0.4"));

        await own[0].DisposeAsync();
        Assert.True(await Relay.RelayWorld.BecomesAsync(async () => await AskOnceAsync(port, "127.0.0.2") == "200"));
        foreach (var call in own[1..].Concat(others))
        {
            await call.DisposeAsync();
        }
    }

    [Fact]
    public async Task Those_of_a_proxy_in_front_are_many_callers_and_are_not_counted()
    {
        await using var host = await SampleHost.StartAsync(
            settings: ["Admission:MaxConnectionsPerAddress=1", "Admission:TrustedProxies:0=127.0.0.2/32"]);
        var calls = await OpenAsync(host.Client.BaseAddress!.Port, "127.0.0.2", 5);
        foreach (var call in calls)
        {
            await call.DisposeAsync();
        }
    }

    private static async Task<RawCall[]> OpenAsync(int port, string from, int count)
    {
        var calls = new RawCall[count];
        for (var i = 0; i < count; i++)
        {
            calls[i] = await RawCall.OpenAsync(port, from);
            await calls[i].SendAsync(Ask);
            Assert.StartsWith("HTTP/1.1 200 ", await calls[i].ReadAsync(), StringComparison.Ordinal);
        }

        return calls;
    }

    private static async Task<string> AskOnceAsync(int port, string from)
    {
        try
        {
            await using var call = await RawCall.OpenAsync(port, from);
            await call.SendAsync(Ask);
            return await call.ReadAsync() is { Length: > 0 } answer ? answer.Split(' ')[1] : "";
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            return ""; // Before all was sent, or anything.
        }
    }
}
