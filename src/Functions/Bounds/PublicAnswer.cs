using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;

namespace Functions.Bounds;

/// <summary>An answer that is the same for everybody for a while: written once, sent to whoever has not got it yet.</summary>
/// <remarks>304 to a caller whose <c>If-None-Match</c> names it. May be sent any number of times, at the same time too.</remarks>
public class PublicAnswer : IResult
{
    private const int Slice = 16 * 1024;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;
    private readonly string _cacheControl;

    /// <summary>An answer.</summary>
    /// <param name="body">Its bytes; not changed any more.</param>
    /// <param name="contentType">What they are.</param>
    /// <param name="keptFor">How long a caller may keep it without asking.</param>
    public PublicAnswer(ReadOnlyMemory<byte> body, string contentType, TimeSpan keptFor)
    {
        (_body, _contentType) = (body, contentType);
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body.Span).AsSpan(0, 16))}\"");
        var seconds = (long)keptFor.TotalSeconds;
        _cacheControl = seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"public, max-age={seconds}") : "no-cache";
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.Headers.ETag = _tag.ToString();
        response.Headers.CacheControl = _cacheControl;
        AddHeaders(response.Headers);
        if (IsKnown(httpContext.Request))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = _contentType;
        response.ContentLength = _body.Length;
        for (var sent = 0; sent < _body.Length; sent += Slice)
        {
            // What was written and not taken yet is the server's memory, for each caller that reads slowly.
            await response.Body.WriteAsync(_body.Slice(sent, Math.Min(Slice, _body.Length - sent)), httpContext.RequestAborted);
        }
    }

    /// <summary>Adds what goes with it.</summary>
    protected virtual void AddHeaders(IHeaderDictionary headers)
    {
    }

    private bool IsKnown(HttpRequest request) => request.Headers.IfNoneMatch.Count > 0
        && request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(_tag, useStrongComparison: false));
}

/// <summary>JSON that is the same for everybody for a while, with what it was written from.</summary>
/// <param name="value">What it says.</param>
/// <param name="type">How it is written.</param>
/// <param name="keptFor">How long a caller may keep it without asking.</param>
public sealed class PublicJson<T>(T value, JsonTypeInfo<T> type, TimeSpan keptFor)
    : PublicAnswer(JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json; charset=utf-8", keptFor)
{
    /// <summary>What it says.</summary>
    public T Value { get; } = value;
}
