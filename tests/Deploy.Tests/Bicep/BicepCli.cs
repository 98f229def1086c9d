using System.Diagnostics;
using System.Reflection;

namespace Deploy.Tests.Bicep;

/// <summary>Runs the Bicep CLI of the package that this project names.</summary>
internal static class BicepCli
{
    private static readonly string Program = typeof(BicepCli).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "Bicep").Value!;

    /// <summary>Runs it to its end.</summary>
    /// <returns>What it wrote, to either stream, and its exit code.</returns>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        MakeExecutable();
        var info = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in info.Environment.Keys.Where(IsRead).ToArray())
        {
            info.Environment.Remove(name);
        }

        info.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        using var process = Process.Start(info)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, await errors);
    }

    // What the parameters' files read: whoever runs the tests may have an environment of azd's.
    private static bool IsRead(string name) => name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("RELAYER_", StringComparison.Ordinal);

    // NuGet unpacks files without the right to run them.
    private static void MakeExecutable()
    {
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(Program) is var mode && !mode.HasFlag(UnixFileMode.UserExecute))
        {
            File.SetUnixFileMode(Program, mode | UnixFileMode.UserExecute);
        }
    }
}
