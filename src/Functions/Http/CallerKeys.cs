using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Functions.Http;

/// <summary>The keys that callers may show: which one a request carries, whoever checks it.</summary>
/// <remarks>
/// Keys are <c>Functions:Keys:{name}</c>, and come in the header <see cref="Header"/> or, weaker, in the query parameter <see cref="Query"/>.
/// Every key is compared in constant time.
/// </remarks>
/// <param name="configuration">Where the keys are.</param>
public sealed class CallerKeys(IConfiguration configuration)
{
    /// <summary>The header that carries a key, as in Azure.</summary>
    public const string Header = "x-functions-key";

    /// <summary>The query parameter that carries a key, as in Azure.</summary>
    public const string Query = "code";

    // Azure's keys have 40 random characters and more: these digits tell them apart, and nothing of them.
    private const int FingerprintBytes = 4;

    private readonly Lazy<IReadOnlyList<(string Name, byte[] Hash)>> _keys = new(() => Read(configuration));

    /// <summary>The name of the configured key that a request carries; <see langword="null"/> when it carries none of them.</summary>
    public string? Find(HttpRequest request) => Hash(request) is { } hash ? Find(hash) : null;

    /// <summary>Who calls a function whose key has been checked, here or by the Functions host.</summary>
    /// <returns>
    /// The key's configured name. The host keeps names to itself: then <c>host:</c> and the first eight digits of the key's SHA-256.
    /// </returns>
    public string NameOf(HttpRequest request) => Hash(request) is not { } hash
        ? "host"
        : Find(hash) ?? $"host:{Convert.ToHexStringLower(hash.AsSpan(0, FingerprintBytes))}";

    private string? Find(byte[] hash)
    {
        string? found = null;
        foreach (var (name, expected) in _keys.Value)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, expected) ? name : found;
        }

        return found;
    }

    private static byte[]? Hash(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        StringValues shown = request.Headers.TryGetValue(Header, out var header) ? header : request.Query[Query];
        return shown.Count == 1 && !string.IsNullOrEmpty(shown[0]) ? SHA256.HashData(Encoding.UTF8.GetBytes(shown[0]!)) : null;
    }

    private static List<(string Name, byte[] Hash)> Read(IConfiguration configuration) =>
        [.. from key in configuration.GetSection("Functions:Keys").GetChildren()
            let value = key.Value
            where value is { Length: > 0 }
            select (key.Key, SHA256.HashData(Encoding.UTF8.GetBytes(value)))];
}
