namespace Functions.Http;

/// <summary>Makes problems.</summary>
public static class Problems
{
    /// <summary>A problem with everything said.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The stable code.</param>
    /// <param name="detail">What went wrong here, for people.</param>
    /// <param name="extensions">More members: strings, numbers, booleans, lists of strings or JSON nodes.</param>
    /// <param name="retryAfter">When to try again.</param>
    public static ProblemResult Create(
        int status,
        string code,
        string? detail = null,
        IReadOnlyDictionary<string, object?>? extensions = null,
        TimeSpan? retryAfter = null) =>
        new() { Status = status, Code = code, Detail = detail, Extensions = extensions, RetryAfter = retryAfter };

    /// <summary>The problem that stands for a bare status, such as routing's 404 and 405.</summary>
    public static ProblemResult ForStatus(int status, string? detail = null) => Create(status, CodeOf(status), detail);

    /// <summary>The code that stands for a bare status.</summary>
    internal static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "malformed_request",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status406NotAcceptable => "not_acceptable",
        StatusCodes.Status408RequestTimeout => "request_timeout",
        StatusCodes.Status413PayloadTooLarge => "payload_too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status429TooManyRequests => "too_many_requests",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "headers_too_large",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        < 500 => "malformed_request",
        _ => "internal_error",
    };
}
