using Relayer.Core.Configuration.Chains;

namespace Relayer.Core.Providers.Pool;

/// <summary>What providers are called in logs, answers and records: never by a path, which may hold a key. Pure.</summary>
internal static class ProviderNames
{
    /// <summary>
    /// A name for each of a chain's URLs, no two the same: the operator's, or host and port where none is named. Of those that would be called the same, each
    /// has its host and port behind it, or its place.
    /// </summary>
    /// <param name="urls">They can be read as URLs.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<RpcOptions> urls)
    {
        string[] hosts = [.. urls.Select(one => new Uri(one.Url).Authority)];
        string[] names = [.. urls.Select((one, i) => one.Operator.Trim() is { Length: > 0 } name ? name : hosts[i])];
        names = Apart(names, i => $"{names[i]} ({hosts[i]})");
        return Apart(names, i => $"{names[i]} #{i + 1}");
    }

    /// <summary>Who runs each of them: written as it is written first.</summary>
    public static IReadOnlyList<string> OperatorsOf(IReadOnlyList<RpcOptions> urls) => [.. urls.Select(one =>
        urls.First(other => other.OperatorName.Equals(one.OperatorName, StringComparison.OrdinalIgnoreCase)).OperatorName)];

    private static string[] Apart(string[] names, Func<int, string> longer)
    {
        var doubled = names.CountBy(name => name, StringComparer.OrdinalIgnoreCase).Where(name => name.Value > 1)
            .Select(name => name.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. names.Select((name, i) => doubled.Contains(name) && longer(i) != $"{name} ({name})" ? longer(i) : name)];
    }
}
