using Functions.Http;

namespace SelfHost;

/// <summary>Checks callers' keys while the app serves alone; in Azure the Functions host does.</summary>
/// <remarks>
/// The key named <c>master</c> also opens <see cref="AuthorizationLevel.Admin"/>.
/// With none configured everything above anonymous is closed.
/// </remarks>
/// <param name="keys">The keys.</param>
internal sealed class FunctionKeys(CallerKeys keys)
{
    private const string MasterName = "master";

    /// <summary><see langword="null"/> when the caller may go on, otherwise the refusal.</summary>
    public ProblemResult? Check(HttpRequest request, AuthorizationLevel level) =>
        level == AuthorizationLevel.Anonymous || (keys.Find(request) is { } name && Opens(name, level))
            ? null
            : Problems.Create(
                StatusCodes.Status401Unauthorized, "unauthorized", $"A function key is needed in the header {CallerKeys.Header}.");

    private static bool Opens(string name, AuthorizationLevel level) =>
        level == AuthorizationLevel.Function || name.Equals(MasterName, StringComparison.OrdinalIgnoreCase);
}
