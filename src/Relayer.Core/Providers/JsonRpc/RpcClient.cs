using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>JSON-RPC over HTTP with one provider. It knows nothing of chains, health or other providers.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RpcClient
{
    /// <summary>The most calls in one HTTP body: 50 bring most of what batching brings, and gateways refuse more than 100.</summary>
    public const int MaxBatch = 100;

    /// <summary>The most bytes read of one answer.</summary>
    public const int MaxResponseBytes = 16 * 1024 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _url;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>Speaks to <paramref name="url"/>, which may hold keys and is never shown.</summary>
    /// <param name="http">Sends; shared between clients, and not disposed here.</param>
    /// <param name="url">An http or https URL; a user and password in it are sent as basic authentication.</param>
    /// <param name="timeout">How long one round trip may take, to the last byte of the answer.</param>
    /// <param name="time">The clock of the timeout.</param>
    /// <param name="name">What it is called; its host and port where it has no other name.</param>
    public RpcClient(HttpMessageInvoker http, Uri url, TimeSpan timeout, TimeProvider time, string? name = null)
    {
        (_http, _url, _timeout, _time) = (http, url, timeout, time);
        Name = name ?? url.Authority;
        _authorization = url.UserInfo.Length == 0
            ? null
            : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
    }

    /// <summary>What it is called in logs and answers: its operator, or host and port, which is all of the URL that may be shown.</summary>
    public string Name { get; }

    /// <summary>Sends the calls, up to <see cref="MaxBatch"/> in a body, and leaves each with its answer or its refusal.</summary>
    /// <exception cref="ProviderFaultException">The provider failed; the calls' answers are then void.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task SendAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellation)
    {
        for (var start = 0; start < calls.Count; start += MaxBatch)
        {
            await SendBatchAsync([.. calls.Skip(start).Take(MaxBatch)], cancellation);
        }
    }

    /// <summary>Sends one call and reads its answer.</summary>
    /// <exception cref="ProviderFaultException">The provider failed, or the node refused.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> SendAsync<T>(RpcCall<T> call, CancellationToken cancellation)
    {
        await SendBatchAsync([call], cancellation);
        return call.Value;
    }

    private async Task SendBatchAsync(RpcCall[] calls, CancellationToken cancellation)
    {
        try
        {
            await RoundTripAsync(calls, cancellation);
        }
        catch (ProviderFaultException fault) when (fault.MayFitWhenSplit && calls.Length > 1)
        {
            await SendBatchAsync(calls[..(calls.Length / 2)], cancellation);
            await SendBatchAsync(calls[(calls.Length / 2)..], cancellation);
        }
    }

    private async Task RoundTripAsync(RpcCall[] calls, CancellationToken cancellation)
    {
        using var activity = RelayerMetrics.Activities.StartActivity("rpc", ActivityKind.Client);
        activity?.SetTag("server.address", _url.Host);
        activity?.SetTag("rpc.method", calls[0].Method);
        activity?.SetTag("rpc.batch", calls.Length);

        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            using var request = CreateRequest(calls);
            using var response = await _http.SendAsync(request, either.Token);
            await ReadAsync(response, calls, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Failed(ProviderFaultKind.Timeout, $"no whole answer within {_timeout}", activity);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            // Their texts hold host and port at most, but inner ones are not ours to trust: only the kind is passed on.
            var reason = (fault as HttpRequestException)?.HttpRequestError.ToString() ?? "the connection broke";
            throw Failed(ProviderFaultKind.Unreachable, $"cannot be reached ({reason})", activity);
        }
        catch (ProviderFaultException fault)
        {
            activity?.SetStatus(ActivityStatusCode.Error, fault.Kind.ToString());
            throw;
        }
    }

    private HttpRequestMessage CreateRequest(RpcCall[] calls)
    {
        var body = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true }))
        {
            if (calls.Length > 1)
            {
                writer.WriteStartArray();
            }

            for (var i = 0; i < calls.Length; i++)
            {
                WriteCall(writer, calls[i], i + 1);
            }

            if (calls.Length > 1)
            {
                writer.WriteEndArray();
            }
        }

        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new PooledJsonContent(body) };
        request.Headers.Authorization = _authorization;
        request.Headers.Accept.Add(new("application/json"));
        return request;
    }

    private static void WriteCall(Utf8JsonWriter writer, RpcCall call, int id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WriteNumber("id"u8, id);
        writer.WriteString("method"u8, call.Method);
        writer.WriteStartArray("params"u8);
        call.WriteParameters(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private async Task ReadAsync(HttpResponseMessage response, RpcCall[] calls, CancellationToken cancellation)
    {
        // Some gateways answer a refused call with 400 and a whole JSON-RPC reply; that is the chain's no, not a fault.
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.BadRequest))
        {
            throw Refused(response);
        }

        using var body = await ReadBoundedAsync(response.Content, cancellation);
        try
        {
            RpcReplies.Read(body.Written, calls);
        }
        catch (ProviderFaultException fault) when (fault.Kind == ProviderFaultKind.BadReply && response.StatusCode != HttpStatusCode.OK)
        {
            throw Refused(response);
        }
    }

    private static async Task<PooledBuffer> ReadBoundedAsync(HttpContent content, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > MaxResponseBytes)
        {
            throw Oversized();
        }

        var body = new PooledBuffer();
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellation);
            for (int read; (read = await stream.ReadAsync(body.GetMemory(), cancellation)) > 0;)
            {
                body.Advance(read);
                if (body.Written.Length > MaxResponseBytes)
                {
                    throw Oversized();
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private ProviderFaultException Refused(HttpResponseMessage response)
    {
        var kind = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => ProviderFaultKind.RateLimited,
            HttpStatusCode.RequestEntityTooLarge => ProviderFaultKind.BatchRefused,
            _ => ProviderFaultKind.HttpStatus,
        };
        return new ProviderFaultException(kind, $"answered with HTTP status {(int)response.StatusCode}", RetryAfter(response)) { Status = (int)response.StatusCode };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - _time.GetUtcNow());
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static ProviderFaultException Oversized() =>
        new(ProviderFaultKind.Oversized, $"the answer is above {MaxResponseBytes} bytes");

    private static ProviderFaultException Failed(ProviderFaultKind kind, string message, Activity? activity)
    {
        activity?.SetStatus(ActivityStatusCode.Error, kind.ToString());
        return new ProviderFaultException(kind, message);
    }
}
