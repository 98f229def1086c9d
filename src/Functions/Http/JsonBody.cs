using Functions.Bounds;

namespace Functions.Http;

/// <summary>Reads request bodies within their limits, whichever host delivers them.</summary>
public static class JsonBody
{
    /// <summary>The largest request body, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// The largest body, in bytes, that the server takes from the wire only to refuse it. The connection of a larger one is
    /// cut, and most clients then see a broken pipe instead of the 413.
    /// </summary>
    public const int MaxRefusedBytes = 32 * MaxBytes;

    /// <summary>The whole body of a request that says it is JSON. Dispose it once its bytes are not used any more.</summary>
    /// <exception cref="BadHttpRequestException">415: another content type. 413: more than <see cref="MaxBytes"/>. 408: it comes too slowly.</exception>
    /// <exception cref="CapacityException">There is no room for it at the moment.</exception>
    public static ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException(
                "The content type must be application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        return request.ContentLength > MaxBytes
            ? throw TooLarge()
            : request.HttpContext.RequestServices.GetRequiredService<RequestBodies>().ReadAsync(request, cancellation);
    }

    /// <summary>413.</summary>
    internal static BadHttpRequestException TooLarge() =>
        new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
}
