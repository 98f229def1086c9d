using System.Globalization;
using System.Net;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Circle's attestation service over HTTP.</summary>
/// <remarks>After a 429 it is left alone for as long as it asks, five minutes otherwise: so long Circle refuses whoever goes on.</remarks>
internal sealed class CircleClient : IAttestationSource, IDisposable
{
    private const int MaxBytes = 1024 * 1024;
    private static readonly TimeSpan LeftAlone = TimeSpan.FromMinutes(5);
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
        if (_time.GetUtcNow().UtcTicks < Interlocked.Read(ref _notBefore))
        {
            return Same(new Attestation.Unavailable("Circle asked to be left alone"), messages);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        try
        {
            var url = string.Create(
                CultureInfo.InvariantCulture, $"{_options.Url.TrimEnd('/')}/v2/messages/{domain}?transactionHash={transaction}");
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url));
            using var response = await _http.SendAsync(request, limit.Token);
            return await ReadAsync(response, messages, limit.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Same(new Attestation.Unavailable("Circle cannot be reached"), messages);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Same(new Attestation.Unavailable("Circle did not answer in time"), messages);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<IReadOnlyList<Attestation>> ReadAsync(
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
            case HttpStatusCode.TooManyRequests:
                var wait = response.Headers.RetryAfter?.Delta ?? LeftAlone;
                Interlocked.Exchange(ref _notBefore, (_time.GetUtcNow() + (wait < Soon ? Soon : wait)).UtcTicks);
                return Same(new Attestation.Unavailable("Circle answered 429"), messages);
            default:
                return Same(new Attestation.Unavailable(
                    string.Create(CultureInfo.InvariantCulture, $"Circle answered {(int)response.StatusCode}")), messages);
        }
    }

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
