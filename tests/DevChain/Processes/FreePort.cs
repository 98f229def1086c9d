using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DevChain.Processes;

/// <summary>TCP ports on 127.0.0.1 that nobody listens on, each given to one process of this machine for as long as that process lives.</summary>
/// <remarks>
/// A server that is stopped and started again finds its port still free: no other test process is given it meanwhile. The claim is a
/// lock on a file, which the system lets go of when the process ends.
/// </remarks>
internal static class FreePort
{
    private static readonly string Claims = Path.Combine(Path.GetTempPath(), "devchain-ports");

    // Kept so that no file is closed before this process ends.
    private static readonly ConcurrentBag<FileStream> Held = [];

    // Below the range that systems hand out for outgoing connections: a port found here stays free over a restart.
    private const int First = 20_000;
    private const int Last = 32_000;

    public static int Next()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            if (Claim(port) is not { } claim)
            {
                continue;
            }

            if (IsFree(port))
            {
                Held.Add(claim);
                return port;
            }

            claim.Dispose();
        }

        throw new DevChainException($"no free TCP port found between {First} and {Last}");
    }

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.ExclusiveAddressUse = false;
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static FileStream? Claim(int port)
    {
        Directory.CreateDirectory(Claims);
        return FileLock.TryTake(Path.Combine(Claims, port.ToString(CultureInfo.InvariantCulture)));
    }
}
