using Microsoft.Extensions.Primitives;

namespace Functions.Operators;

/// <summary>The key that a request carries.</summary>
internal static class ShownKey
{
    /// <summary>The header that carries a key, as in Azure.</summary>
    public const string Header = "x-functions-key";

    /// <summary>The query parameter that carries the Functions host's own keys. No key of an operator's is taken from there: addresses are written into logs.</summary>
    public const string Query = "code";

    private const string Scheme = "Bearer ";

    /// <summary>
    /// The key in <see cref="Header"/>, else in <c>Authorization: Bearer</c>; <see langword="null"/> when there is none, or more than one in a place.
    /// </summary>
    public static string? Find(HttpRequest request)
    {
        StringValues shown = request.Headers.TryGetValue(Header, out var header) ? header
            : request.Headers.Authorization is [{ } bearer] && bearer.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? bearer[Scheme.Length..].Trim()
            : StringValues.Empty;
        return shown is [{ Length: > 0 } one] ? one : null;
    }
}
