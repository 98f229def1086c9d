using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keys;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>One price service over HTTP, and how it has been lately.</summary>
/// <remarks>
/// After a 429 it is left alone for as long as it asks, five minutes at most, and a minute when it does not say. After other failures it rests, twice as long each time: whoever
/// has a choice asks another one meanwhile. Safe for concurrent use.
/// </remarks>
internal sealed class HermesService(
    HttpMessageInvoker http, HermesServiceOptions options, ISecretSource secrets, TimeSpan timeout, TimeProvider time)
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MostFailures = 4;
    private static readonly TimeSpan LeftAlone = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAlone = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(5);

    private readonly RemoteService _service = new(http, "Hermes", timeout, LeftAlone, LongestAlone, time);
    private readonly string _url = options.Url.TrimEnd('/');
    private long _restsUntil;
    private int _failures;

    /// <summary>It failed a short while ago.</summary>
    public bool Rests => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _restsUntil);

    /// <summary>Asks it, unless it asked to be left alone. Never throws for what the service does.</summary>
    public async Task<PriceAnswer> AskAsync(OracleQuery query, CancellationToken cancellation)
    {
        if (_service.IsLeftAlone)
        {
            return new PriceAnswer.Unavailable("Hermes asked to be left alone");
        }

        var answer = await TryAsync(query, cancellation);
        if (answer is PriceAnswer.Unavailable or PriceAnswer.Wrong)
        {
            Blame();
        }
        else
        {
            Interlocked.Exchange(ref _failures, 0);
        }

        return answer;
    }

    /// <summary>What it did was of no use: it rests, 5 s at first and 40 s at most.</summary>
    public void Blame()
    {
        // Many may be asking at once: what fails together is one failure.
        if (Rests)
        {
            return;
        }

        var failures = Math.Min(Interlocked.Increment(ref _failures), MostFailures);
        Interlocked.Exchange(ref _restsUntil, (time.GetUtcNow() + (FirstRest * (1 << (failures - 1)))).UtcTicks);
    }

    private async Task<PriceAnswer> TryAsync(OracleQuery query, CancellationToken cancellation)
    {
        try
        {
            var (answer, away) = await _service.AskAsync(
                stop => ComposeAsync(query, stop), (response, stop) => ReadAsync(response, query, stop), cancellation);
            return answer ?? new PriceAnswer.Unavailable(away);
        }
        catch (SecretUnavailableException failure)
        {
            return new PriceAnswer.Unavailable($"the key for Hermes cannot be had: {failure.Message}");
        }
    }

    private async ValueTask<HttpRequestMessage> ComposeAsync(OracleQuery query, CancellationToken cancellation)
    {
        var key = options.Secret.Length > 0 ? await secrets.GetAsync(options.Secret, cancellation) : options.Key;
        var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(query));
        request.Headers.Authorization = key.Length > 0 ? new AuthenticationHeaderValue("Bearer", key) : null;
        return request;
    }

    private static async Task<PriceAnswer?> ReadAsync(HttpResponseMessage response, OracleQuery query, CancellationToken cancellation)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return await RemoteService.ReadBodyAsync(response, MaxBytes, cancellation) is { } body
                    ? HermesReply.Read(body, query)
                    : new PriceAnswer.Wrong("Hermes answered too much");
            case HttpStatusCode.NotFound:
                return new PriceAnswer.Missing("Hermes has no such price");
            default:
                return null;
        }
    }

    private Uri UrlOf(OracleQuery query)
    {
        var when = query.Kind == OracleQuery.Benchmark ? query.Time.ToString(CultureInfo.InvariantCulture) : "latest";
        var ids = string.Concat(query.Ids.Select(id => $"ids[]={id}&"));
        return new Uri($"{_url}/v2/updates/price/{when}?{ids}encoding=hex&parsed=true");
    }
}
