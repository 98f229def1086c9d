using System.Diagnostics;
using DevChain;

namespace Load;

/// <summary>The app as it is shipped: published in Release with ReadyToRun.</summary>
internal static class AppPublish
{
    public static async Task<string> RunAsync(CancellationToken cancellation)
    {
        var folder = RepositoryRoot.Combine("artifacts", "load", "app");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "publish", RepositoryRoot.Combine("src", "SelfHost"), "--configuration", "Release", "--runtime", "linux-x64",
                "--self-contained", "false", "--output", folder, "--nologo", "-v", "quiet",
            ])
        {
            RedirectStandardOutput = true,
        };
        using var publish = Process.Start(start) ?? throw new LoadException("dotnet does not start");
        var output = await publish.StandardOutput.ReadToEndAsync(cancellation);
        await publish.WaitForExitAsync(cancellation);
        return publish.ExitCode == 0 ? Path.Combine(folder, "SelfHost") : throw new LoadException($"dotnet publish failed:\n{output}");
    }
}
