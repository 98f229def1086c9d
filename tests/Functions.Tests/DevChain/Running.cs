using System.Net;
using System.Net.NetworkInformation;

namespace Functions.Tests.DevChain;

/// <summary>Whether a process runs or a port is listened on, asked of the system.</summary>
internal static class Running
{
    public static bool Is(int processId)
    {
        try
        {
            // A zombie has ended: only its parent has not yet asked how.
            return !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static bool IsFree(int port) => !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
        .Contains(new IPEndPoint(IPAddress.Loopback, port));

    public static async Task<bool> IsGoneSoonAsync(int processId, CancellationToken cancellation)
    {
        for (var i = 0; i < 100 && Is(processId); i++)
        {
            await Task.Delay(100, cancellation);
        }

        return !Is(processId);
    }
}
