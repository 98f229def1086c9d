using DevChain;
using Functions.Configuration;

namespace Functions.Tests.Hosting;

/// <summary>The settings that the repository's sample gives.</summary>
internal static class SampleSettings
{
    public static string Path => RepositoryRoot.Combine("local.settings.sample.json");

    /// <summary>As environment variables, without those that say who calls and where to listen.</summary>
    public static Dictionary<string, string> ForEnvironment() => LocalSettings.Read(Path)
        .Where(setting => setting.Key != "Port")
        .ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value!);
}
