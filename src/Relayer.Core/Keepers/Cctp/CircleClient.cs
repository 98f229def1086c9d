using System.Globalization;
using System.Net;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;

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

    private readonly HttpMessageInvoker _http = RemoteService.CreateHttp();
    private readonly RemoteService _service;
    private readonly string _url;

    /// <summary>Connects to nothing yet.</summary>
    public CircleClient(RelayerOptions options, TimeProvider time)
    {
        _service = new RemoteService(_http, "Circle", options.Circle.Timeout, LeftAlone, LongestAlone, time);
        _url = options.Circle.Url.TrimEnd('/');
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
            HttpMethod.Post, $"/v2/reattest/{nonce}", (response, _) => Task.FromResult(ReadReattestation(response)), cancellation);
        return answer ?? new Reattestation.Unavailable(away);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <returns>What was read; or, where there is nothing to read, why not.</returns>
    private async Task<(T? Answer, string Away)> AskAsync<T>(
        HttpMethod method, string path, Func<HttpResponseMessage, CancellationToken, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        if (_service.IsLeftAlone)
        {
            return (null, "Circle asked to be left alone");
        }

        return await _service.AskAsync(_ => new(new HttpRequestMessage(method, new Uri(_url + path))), read, cancellation);
    }

    private static async Task<IReadOnlyList<Attestation>?> ReadAsync(
        HttpResponseMessage response, IReadOnlyList<BurnMessage> messages, CancellationToken cancellation)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return await RemoteService.ReadBodyAsync(response, MaxBytes, cancellation) is { } body
                    ? CircleReply.Read(body, messages)
                    : Same(new Attestation.Wrong("Circle answered too much"), messages);
            case HttpStatusCode.NotFound:
                return Same(new Attestation.Pending("Circle does not know the burn yet"), messages);
            default:
                return null;
        }
    }

    // Which refusals there are is not documented: whatever is not our turn to wait for is one.
    private Reattestation? ReadReattestation(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        >= 200 and < 300 => new Reattestation.Begun(),
        < 200 or >= 500 => null,
        _ => new Reattestation.Refused(_service.Says(response.StatusCode)),
    };

    private static Attestation[] Same(Attestation attestation, IReadOnlyList<BurnMessage> messages) =>
        [.. Enumerable.Repeat(attestation, messages.Count)];
}
