using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>Pyth's Hermes over HTTP.</summary>
/// <remarks>
/// After a 429 it is left alone for as long as it asks, a minute otherwise. A price at a time never changes, so it is asked for once.
/// </remarks>
public sealed class HermesClient : IPriceSource, IDisposable
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxCached = 2_000;
    private static readonly TimeSpan LeftAlone = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http;
    private readonly HermesOptions _options;
    private readonly ISecretSource _secrets;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, PriceAnswer.Found> _benchmarks = new();
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>Connects to nothing yet.</summary>
    public HermesClient(RelayerOptions options, ISecretSource secrets, TimeProvider time)
    {
        (_options, _secrets, _time) = (options.Hermes, secrets, time);
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
    public async Task<PriceAnswer> ReadAsync(OracleQuery query, CancellationToken cancellation)
    {
        if (_benchmarks.TryGetValue(query.Key, out var known))
        {
            return known;
        }

        if (_time.GetUtcNow() < _notBefore)
        {
            return new PriceAnswer.Unavailable("Hermes asked to be left alone");
        }

        var answer = await AskAsync(query, cancellation);
        if (answer is PriceAnswer.Found found && query.Kind == OracleQuery.Benchmark)
        {
            if (_benchmarks.Count >= MaxCached)
            {
                _benchmarks.Clear();
            }

            _benchmarks[query.Key] = found;
        }

        return answer;
    }

    /// <inheritdoc/>
    public void Forget(OracleQuery query) => _benchmarks.TryRemove(query.Key, out _);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<PriceAnswer> AskAsync(OracleQuery query, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Url(query));
            var key = _options.Secret.Length > 0 ? await _secrets.GetAsync(_options.Secret, limit.Token) : _options.Key;
            request.Headers.Authorization = key.Length > 0 ? new AuthenticationHeaderValue("Bearer", key) : null;

            using var response = await _http.SendAsync(request, limit.Token);
            return await ReadAsync(response, query, limit.Token);
        }
        catch (SecretUnavailableException failure)
        {
            return new PriceAnswer.Unavailable($"the key for Hermes cannot be had: {failure.Message}");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new PriceAnswer.Unavailable("Hermes cannot be reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new PriceAnswer.Unavailable("Hermes did not answer in time");
        }
    }

    private async Task<PriceAnswer> ReadAsync(HttpResponseMessage response, OracleQuery query, CancellationToken cancellation)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                var (body, isWhole) = await ReadBodyAsync(response, cancellation);
                return isWhole ? HermesReply.Read(body, query) : new PriceAnswer.Wrong("Hermes answered too much");
            case HttpStatusCode.NotFound:
                return new PriceAnswer.Missing("Hermes has no such price");
            case HttpStatusCode.TooManyRequests:
                var wait = response.Headers.RetryAfter?.Delta ?? LeftAlone;
                _notBefore = _time.GetUtcNow() + (wait < Soon ? Soon : wait);
                return new PriceAnswer.Unavailable("Hermes answered 429");
            default:
                return new PriceAnswer.Unavailable(string.Create(CultureInfo.InvariantCulture, $"Hermes answered {(int)response.StatusCode}"));
        }
    }

    private static async Task<(ReadOnlyMemory<byte> Body, bool IsWhole)> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
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
                return (default, false);
            }
        }

        return (body.ToArray(), true);
    }

    private Uri Url(OracleQuery query)
    {
        var when = query.Kind == OracleQuery.Benchmark ? query.Time.ToString(CultureInfo.InvariantCulture) : "latest";
        var ids = string.Concat(query.Ids.Select(id => $"ids[]={id}&"));
        return new Uri($"{_options.Url.TrimEnd('/')}/v2/updates/price/{when}?{ids}encoding=hex&parsed=true");
    }
}

/// <summary>Reads Hermes' answers, and believes only what fits the question. Pure.</summary>
internal static class HermesReply
{
    public static PriceAnswer Read(ReadOnlyMemory<byte> body, OracleQuery query)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var updates = new List<byte[]>();
            foreach (var item in root.GetProperty("binary").GetProperty("data").EnumerateArray())
            {
                var text = item.GetString() ?? "";
                if (!Ethereum.Hex.TryDecode(text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text, out var update) || update.Length == 0)
                {
                    return new PriceAnswer.Wrong("an update is not hexadecimal");
                }

                updates.Add(update);
            }

            return Check(root.GetProperty("parsed"), query) is { } fault ? new PriceAnswer.Wrong(fault)
                : updates.Count == 0 ? new PriceAnswer.Missing("Hermes gave no update")
                : new PriceAnswer.Found(updates);
        }
        catch (Exception misshapen) when (misshapen is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new PriceAnswer.Wrong("Hermes answered junk");
        }
    }

    private static string? Check(JsonElement parsed, OracleQuery query)
    {
        var left = query.Ids.ToHashSet();
        foreach (var price in parsed.EnumerateArray())
        {
            var id = price.GetProperty("id").GetString() ?? "";
            var time = price.GetProperty("price").GetProperty("publish_time").GetInt64();
            if (!Ethereum.Hash32.TryParse(id.StartsWith("0x", StringComparison.Ordinal) ? id : "0x" + id, out var feed) || !left.Remove(feed))
            {
                return "a price of another feed";
            }

            if (query.Kind == OracleQuery.Benchmark && time < (long)query.Time)
            {
                return string.Create(CultureInfo.InvariantCulture, $"a price of {time}, before {query.Time}");
            }
        }

        return left.Count > 0 ? "the price of a feed is missing" : null;
    }
}
