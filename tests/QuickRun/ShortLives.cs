using System.Runtime.CompilerServices;

namespace QuickRun;

/// <summary>What tests start lives for seconds: what pays off after minutes, profiles and compiling anew what is called often, would take a third of both cores.</summary>
internal static class ShortLives
{
    /// <summary>Inherited by every app that a test starts; this process has it from its project (tests/Directory.Build.props).</summary>
    [ModuleInitializer]
    internal static void LeaveOutProfiles()
    {
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
        Environment.SetEnvironmentVariable("DOTNET_TC_CallCounting", "0");
    }
}
