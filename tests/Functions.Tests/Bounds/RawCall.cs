using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Functions.Tests.Bounds;

/// <summary>A call written byte by byte, from any address of this machine: 127.0.0.1 and all that begin with 127.</summary>
internal sealed class RawCall : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private RawCall(Socket socket) => (_socket, _stream) = (socket, new NetworkStream(socket));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RawCall> OpenAsync(int port, string from = "127.0.0.1") => new(await ConnectAsync(port, from, Cancellation));

    /// <summary>A client whose connections come from an address.</summary>
    public static HttpClient Client(Uri url, string from)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellation) => new NetworkStream(await ConnectAsync(context.DnsEndPoint.Port, from, cancellation), ownsSocket: true),
        };
        return new HttpClient(handler) { BaseAddress = url };
    }

    /// <summary>The head of a post, and the beginning of its body.</summary>
    public Task PostAsync(string path, int declared, int sent) => SendAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {declared}\r\n\r\n{new string(' ', sent)}"));

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);

    /// <summary>What is answered up to where the other side stops for now; empty when the connection was closed without an answer.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await _stream.ReadAsync(buffer, Cancellation));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<Socket> ConnectAsync(int port, string from, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }
}
