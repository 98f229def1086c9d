using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Functions.Http;

/// <summary>A refusal as RFC 9457 <c>application/problem+json</c> with a stable <c>code</c>.</summary>
/// <remarks>Written by hand, so that it also works while everything else fails.</remarks>
public sealed class ProblemResult : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    /// <summary>RFC 9457's media type.</summary>
    public const string MediaType = "application/problem+json";

    // A problem is read by people as well: quotes stay quotes. It is never embedded in HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What went wrong, for programs: lower case with underscores, never changed once published.</summary>
    public required string Code { get; init; }

    /// <summary>What went wrong here, for people; never an exception's text.</summary>
    public string? Detail { get; init; }

    /// <summary>More members: strings, numbers, booleans, lists of strings or <see cref="JsonNode"/>s.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>When to try again; sent as <c>Retry-After</c> in whole seconds, rounded up, at least one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary><see cref="RetryAfter"/> as the header has it.</summary>
    public string? RetryAfterSeconds => RetryAfter is { } wait
        ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
        : null;

    /// <inheritdoc/>
    public int? StatusCode => Status;

    /// <inheritdoc/>
    public string ContentType => MediaType;

    /// <summary>Sends the problem; a response to HEAD has no body.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers.RetryAfter = RetryAfterSeconds;
        var body = ToUtf8(ActivityOf(httpContext));
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }

    /// <summary>The server's activity of a request: behind the Functions host a function runs in another flow, with another current one.</summary>
    internal static Activity? ActivityOf(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;

    /// <summary>The body.</summary>
    /// <param name="activity">The request's activity, whose trace the problem names.</param>
    public ReadOnlyMemory<byte> ToUtf8(Activity? activity)
    {
        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(Status));
            json.WriteNumber("status", Status);
            if (Detail is not null)
            {
                json.WriteString("detail", Detail);
            }

            json.WriteString("code", Code);
            if (activity is not null)
            {
                json.WriteString("traceId", activity.TraceId.ToHexString());
            }

            foreach (var (name, value) in Extensions ?? new Dictionary<string, object?>())
            {
                json.WritePropertyName(name);
                Write(json, value);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case JsonNode node: node.WriteTo(json); break;
            case IEnumerable<string> texts:
                json.WriteStartArray();
                foreach (var text in texts)
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
