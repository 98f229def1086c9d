using System.Net;
using Functions.Bounds;
using Functions.Operators;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Relayer.Core.Configuration;

namespace SelfHost;

/// <summary>How many connections are open, in all and of one network address, before anything is read of them. One more is closed.</summary>
/// <remarks>Counted here in all, too: the server's own limit writes a line into the log for each connection that it closes.</remarks>
/// <param name="options">The limits.</param>
/// <param name="callers">Knows the proxies in front, which are not counted.</param>
internal sealed class ConnectionLimit(RelayerOptions options, CallerAddress callers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Puts the limit in front of everything that is listened on.</summary>
    public static void Set(KestrelServerOptions kestrel)
    {
        // Without the relayer's options, as a small app of its own has it, there is no limit.
        if (kestrel.ApplicationServices.GetService<RelayerOptions>() is null)
        {
            return;
        }

        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            var limit = endpoint.ApplicationServices.GetRequiredService<ConnectionLimit>();
            endpoint.Use(next => connection => limit.ServeAsync(connection, next));
        });
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var caller = address is null || callers.IsProxy(address) ? null : CallerAddress.NetworkOf(address);
        if (!TryOpen(caller))
        {
            Capacity.Count("connections");
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Close(caller);
        }
    }

    private bool TryOpen(string? caller)
    {
        lock (_gate)
        {
            var open = caller is null ? 0 : _open.GetValueOrDefault(caller);
            if (_all >= options.Admission.MaxConnections || (caller is not null && open >= options.Admission.MaxConnectionsPerAddress))
            {
                return false;
            }

            _all++;
            if (caller is not null)
            {
                _open[caller] = open + 1;
            }

            return true;
        }
    }

    private void Close(string? caller)
    {
        lock (_gate)
        {
            _all--;
            if (caller is not null && --_open[caller] is var left && left == 0)
            {
                _open.Remove(caller);
            }
        }
    }
}
