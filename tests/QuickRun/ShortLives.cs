using System.Runtime.CompilerServices;

namespace QuickRun;

/// <summary>What tests start lives for seconds: profiles that pay off after minutes would take a quarter of both cores.</summary>
internal static class ShortLives
{
    /// <summary>Inherited by every app that a test starts; this process has it from its project (tests/Directory.Build.props).</summary>
    [ModuleInitializer]
    internal static void LeaveOutProfiles() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
}
