using System.Globalization;
using System.Net;

namespace Relayer.Core.Keepers.Engine;

/// <summary>A service over HTTP that somebody else runs: what its answers, its refusals and its silence mean.</summary>
/// <remarks>
/// After a 429 it is to be left alone for as long as it asks, within limits; whoever asks it all the same is not held back. Safe for concurrent use.
/// </remarks>
/// <param name="http">The connections.</param>
/// <param name="name">How it is called where it is told why there is no answer.</param>
/// <param name="timeout">How long one answer may take, what has to be had for asking included.</param>
/// <param name="leftAlone">How long it is left alone when it does not say.</param>
/// <param name="longestAlone">How long at most, whatever it says.</param>
/// <param name="time">The clock.</param>
internal sealed class RemoteService(
    HttpMessageInvoker http, string name, TimeSpan timeout, TimeSpan leftAlone, TimeSpan longestAlone, TimeProvider time)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private long _notBefore;

    /// <summary>It asked to be left alone, and the time is not over.</summary>
    public bool IsLeftAlone => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _notBefore);

    /// <summary>Connections to such services; connects to nothing yet.</summary>
    public static HttpMessageInvoker CreateHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
    });

    /// <summary>Asks once. Never throws for what the service does.</summary>
    /// <param name="compose">Makes the request.</param>
    /// <param name="read">Reads an answer other than a 429; <see langword="null"/> where it says nothing.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>What was read; or, where there is nothing to read, why not.</returns>
    public async Task<(T? Answer, string Away)> AskAsync<T>(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> compose, Func<HttpResponseMessage, CancellationToken, Task<T?>> read,
        CancellationToken cancellation)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            using var request = await compose(limit.Token);
            using var response = await http.SendAsync(request, limit.Token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                LeaveAlone(response.Headers.RetryAfter?.Delta ?? leftAlone);
                return (null, Says(response.StatusCode));
            }

            return (await read(response, limit.Token), Says(response.StatusCode));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, $"{name} cannot be reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"{name} did not answer in time");
        }
    }

    /// <summary>What it answered, in words.</summary>
    public string Says(HttpStatusCode status) => string.Create(CultureInfo.InvariantCulture, $"{name} answered {(int)status}");

    /// <summary>The whole body, or <see langword="null"/> where it is larger than it may be.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            await body.WriteAsync(buffer.AsMemory(0, read), cancellation);
            if (body.Length > maxBytes)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private void LeaveAlone(TimeSpan wait)
    {
        var within = wait < Soon ? Soon : wait > longestAlone ? longestAlone : wait;
        Interlocked.Exchange(ref _notBefore, (time.GetUtcNow() + within).UtcTicks);
    }
}
