using System.Security.Cryptography;
using System.Text;
using Functions.Http;
using Microsoft.Extensions.Primitives;

namespace Functions.Hosting;

/// <summary>Checks callers' keys while the app serves alone; in Azure the Functions host does.</summary>
/// <remarks>
/// Keys are <c>Functions:Keys:{name}</c>; the one named <c>master</c> also opens <see cref="AuthorizationLevel.Admin"/>.
/// With none configured everything above anonymous is closed. Every key is compared in constant time.
/// </remarks>
/// <param name="configuration">Where the keys are.</param>
internal sealed class FunctionKeys(IConfiguration configuration)
{
    private const string Header = "x-functions-key";
    private const string MasterName = "master";

    private readonly Lazy<IReadOnlyList<(bool IsMaster, byte[] Hash)>> _keys = new(() => Read(configuration));

    /// <summary><see langword="null"/> when the caller may go on, otherwise the refusal.</summary>
    public ProblemResult? Check(HttpRequest request, AuthorizationLevel level)
    {
        if (level == AuthorizationLevel.Anonymous)
        {
            return null;
        }

        var shown = request.Headers.TryGetValue(Header, out var header) ? header : request.Query["code"];
        return Opens(shown, level)
            ? null
            : Problems.Create(
                StatusCodes.Status401Unauthorized, "unauthorized", $"A function key is needed in the header {Header}.");
    }

    private bool Opens(StringValues shown, AuthorizationLevel level)
    {
        if (shown.Count != 1 || string.IsNullOrEmpty(shown[0]))
        {
            return false;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(shown[0]!));
        var opens = false;
        foreach (var (isMaster, expected) in _keys.Value)
        {
            opens |= CryptographicOperations.FixedTimeEquals(hash, expected)
                & (isMaster | level == AuthorizationLevel.Function);
        }

        return opens;
    }

    private static List<(bool IsMaster, byte[] Hash)> Read(IConfiguration configuration) =>
        [.. from key in configuration.GetSection("Functions:Keys").GetChildren()
            let value = key.Value
            where value is { Length: > 0 }
            select (key.Key.Equals(MasterName, StringComparison.OrdinalIgnoreCase),
                SHA256.HashData(Encoding.UTF8.GetBytes(value)))];
}
