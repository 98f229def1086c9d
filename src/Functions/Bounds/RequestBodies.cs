using System.Buffers;
using Functions.Http;
using Functions.Operators;
using Relayer.Core.Configuration;

namespace Functions.Bounds;

/// <summary>Reads bodies within what may be held at once, and not from those who send them too slowly.</summary>
/// <param name="options">The limits.</param>
/// <param name="callers">Who sends.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestBodies(RelayerOptions options, CallerAddress callers, TimeProvider time)
{
    /// <summary>How long a body may pause, and over what its rate is looked at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly ByteBudget _budget = new(options.Admission.MaxBodyBytes, options.Admission.MaxBodyBytesPerAddress);
    private readonly int _least = (int)Math.Min(JsonBody.MaxBytes, options.Admission.MinBodyBytesPerSecond * (long)Window.TotalSeconds);

    /// <summary>The whole body.</summary>
    /// <exception cref="BadHttpRequestException">413: more than <see cref="JsonBody.MaxBytes"/>. 408: it comes too slowly.</exception>
    /// <exception cref="CapacityException">There is no room for it.</exception>
    public async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = new RequestBody(_budget, callers.Of(request.HttpContext));
        try
        {
            var reader = request.BodyReader;
            using var pace = new BodyPace(reader, _least, Window, time);
            while (true)
            {
                var came = await pace.ReadAsync(cancellation);
                try
                {
                    Add(body, came.Buffer);
                }
                finally
                {
                    // Whatever becomes of it: the server goes on from here, with the rest or with the next request.
                    reader.AdvanceTo(came.Buffer.End);
                }

                if (came.IsCompleted)
                {
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static void Add(RequestBody body, in ReadOnlySequence<byte> bytes)
    {
        if (body.Length + bytes.Length > JsonBody.MaxBytes)
        {
            throw JsonBody.TooLarge();
        }

        body.Append(bytes);
    }
}
