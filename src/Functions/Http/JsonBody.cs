using System.Buffers;

namespace Functions.Http;

/// <summary>Reads request bodies within their limit, whichever host delivers them.</summary>
public static class JsonBody
{
    /// <summary>The largest request body, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// The largest body, in bytes, that the server takes from the wire only to refuse it. The connection of a larger one is
    /// cut, and most clients then see a broken pipe instead of the 413.
    /// </summary>
    public const int MaxRefusedBytes = 32 * MaxBytes;

    /// <summary>The whole body of a request that says it is JSON.</summary>
    /// <exception cref="BadHttpRequestException">415: another content type. 413: more than <see cref="MaxBytes"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException(
                "The content type must be application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        var body = new ArrayBufferWriter<byte>((int)(request.ContentLength ?? 1024) + 1);
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(1024), cancellation);
            body.Advance(read);
            if (body.WrittenCount > MaxBytes)
            {
                throw TooLarge();
            }

            if (read == 0)
            {
                return body.WrittenMemory;
            }
        }
    }

    private static BadHttpRequestException TooLarge() =>
        new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
}
