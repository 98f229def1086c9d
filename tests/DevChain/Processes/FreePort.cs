using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DevChain.Processes;

/// <summary>TCP ports on 127.0.0.1 that nobody listens on.</summary>
internal static class FreePort
{
    // Below the range that systems hand out for outgoing connections: a port found here stays free over a restart.
    private const int First = 20_000;
    private const int Last = 32_000;

    public static int Next()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            if (IsFree(port))
            {
                return port;
            }
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
}
