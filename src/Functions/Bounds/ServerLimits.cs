using Functions.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Functions.Bounds;

/// <summary>What the server itself holds for a connection, under every host.</summary>
internal static class ServerLimits
{
    /// <summary>
    /// What comes in before anybody reads it, for each connection. The server's own megabyte, for a thousand calls that wait and are sent a body which
    /// nobody asked for, would be a gigabyte.
    /// </summary>
    private const int Unread = 64 * 1024;

    /// <summary>What was answered and not taken yet, for each connection.</summary>
    private const int Untaken = 16 * 1024;

    private static readonly TimeSpan Headers = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    /// <summary>Sets them.</summary>
    public static void Set(KestrelServerOptions kestrel)
    {
        var limits = kestrel.Limits;
        kestrel.AddServerHeader = false;
        limits.MaxRequestBodySize = JsonBody.MaxRefusedBytes;
        limits.MaxRequestBufferSize = Unread;
        limits.MaxResponseBufferSize = Untaken;
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: Headers);
        limits.RequestHeadersTimeout = Headers;
        limits.KeepAliveTimeout = Idle;
        limits.Http2.InitialConnectionWindowSize = 2 * Unread;
        limits.Http2.InitialStreamWindowSize = Unread;
    }
}
