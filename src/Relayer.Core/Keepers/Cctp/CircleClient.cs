using System.Globalization;
using System.Net;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Circle's attestation service over HTTP.</summary>
/// <remarks>
/// After a 429 it is left alone for as long as it asks, an hour at most, and five minutes when it does not say: so long Circle refuses
/// whoever goes on.
/// </remarks>
internal sealed class CircleClient : IAttestationSource, IDisposable
{
    private const int MaxBytes = 1024 * 1024;
    private static readonly TimeSpan LeftAlone = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestAlone = TimeSpan.FromHours(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http;
    private readonly CircleOptions _options;
    private readonly TimeProvider _time;
    private long _notBefore;

    /// <summary>Connects to nothing yet.</summary>
    public CircleClient(RelayerOptions options, TimeProvider time)
    {
        (_options, _time) = (options.Circle, time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ActivityHeadersPropagator = null,
        });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Attestation>> ReadAsync(
        uint domain, Hash32 transaction, IReadOnlyList<BurnMessage> messages, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v2/messages/{domain}?transactionHash={transaction}");
        var (attestations, away) = await AskAsync(HttpMethod.Get, path, (response, stop) => ReadAsync(response, messages, stop), cancellation);
        return attestations ?? Same(new Attestation.Unavailable(away), messages);
    }

    /// <inheritdoc/>
    public async Task<Reattestation> ReattestAsync(Hash32 nonce, CancellationToken cancellation)
    {
        // https://developers.circle.com/api-reference/cctp/all/reattest-message
        var (answer, away) = await AskAsync(
            HttpMethod.Post, $"/v2/reattest/{nonce}", (response, _) => Task.FromResult(ReadReattestation(response.StatusCode)), cancellation);
        return answer ?? new Reattestation.Unavailable(away);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <returns>What was read; or, where there is nothing to read, why not.</returns>
    private async Task<(T? Answer, string Away)> AskAsync<T>(
        HttpMethod method, string path, Func<HttpResponseMessage, CancellationToken, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        if (_time.GetUtcNow().UtcTicks < Interlocked.Read(ref _notBefore))
        {
            return (null, "Circle asked to be left alone");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_options.Url.TrimEnd('/') + path));
            using var response = await _http.SendAsync(request, limit.Token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                var wait = response.Headers.RetryAfter?.Delta ?? LeftAlone;
                Interlocked.Exchange(ref _notBefore, (_time.GetUtcNow() + (wait < Soon ? Soon : wait > LongestAlone ? LongestAlone : wait)).UtcTicks);
            }

            return (await read(response, limit.Token), Says(response.StatusCode));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, "Circle cannot be reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, "Circle did not answer in time");
        }
    }

    private static async Task<IReadOnlyList<Attestation>?> ReadAsync(
        HttpResponseMessage response, IReadOnlyList<BurnMessage> messages, CancellationToken cancellation)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return await ReadBodyAsync(response, cancellation) is { } body
                    ? CircleReply.Read(body, messages)
                    : Same(new Attestation.Wrong("Circle answered too much"), messages);
            case HttpStatusCode.NotFound:
                return Same(new Attestation.Pending("Circle does not know the burn yet"), messages);
            default:
                return null;
        }
    }

    // Which refusals there are is not documented: whatever is not our turn to wait for is one.
    private static Reattestation? ReadReattestation(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => new Reattestation.Begun(),
        429 or < 200 or >= 500 => null,
        _ => new Reattestation.Refused(Says(status)),
    };

    private static string Says(HttpStatusCode status) => string.Create(CultureInfo.InvariantCulture, $"Circle answered {(int)status}");

    private static Attestation[] Same(Attestation attestation, IReadOnlyList<BurnMessage> messages) =>
        [.. Enumerable.Repeat(attestation, messages.Count)];

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            await body.WriteAsync(buffer.AsMemory(0, read), cancellation);
            if (body.Length > MaxBytes)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}
