using Functions.Http;
using Functions.Operators;
using Microsoft.Net.Http.Headers;
using Relayer.Core.Keys;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Callers;

namespace Functions.Callers;

/// <summary>Finds the API client whose key a call shows. The one place where clients' keys are checked, under every host.</summary>
/// <param name="keys">The clients' keys.</param>
/// <param name="clients">What clients may do.</param>
/// <param name="callers">Says where a call comes from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told who showed a wrong key.</param>
public sealed class ClientGate(ClientKeys keys, ApiClients clients, CallerAddress callers, TimeProvider time, ILogger<ClientGate> logger) : IDisposable
{
    /// <summary>The header that carries a client's key.</summary>
    public const string Header = "x-relayer-key";

    /// <summary>A client's key cannot be had from the vault (503).</summary>
    public const string UnavailableCode = "clients_unavailable";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly WrongKeys _wrong = new(KeyWords.Clients, callers, time, logger);

    /// <summary>The client of a call; neither a client nor a refusal for a call without a key.</summary>
    public async ValueTask<(ApiClient? Client, ProblemResult? Refusal)> FindAsync(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Headers.TryGetValue(Header, out var shown))
        {
            return (null, null);
        }

        var (name, isComplete) = shown is [{ Length: > 0 } key] ? await keys.FindAsync(key, request.HttpContext.RequestAborted) : (null, true);
        if (name is null || clients.Find(name) is not { } client)
        {
            return (null, Refuse(request.HttpContext, isComplete));
        }

        return client.MayComeFrom(request.Headers[HeaderNames.Origin] is [{ } origin] ? origin : null)
            ? (client, null)
            : (null, Problems.Create(
                StatusCodes.Status403Forbidden, RefusalCode.OriginNotAllowed, "This API client's key is for pages of other origins."));
    }

    /// <inheritdoc/>
    public void Dispose() => _wrong.Dispose();

    private ProblemResult Refuse(HttpContext context, bool isComplete) => _wrong.Note(context) ?? (isComplete
        ? Problems.Create(
            StatusCodes.Status401Unauthorized, RefusalCode.UnknownClient,
            $"The key in {Header} is no API client's. Without the header the call is anybody's.")
        : Problems.Create(
            StatusCodes.Status503ServiceUnavailable, UnavailableCode, "An API client's key cannot be had from the vault; it may be this one.",
            retryAfter: Soon));
}
