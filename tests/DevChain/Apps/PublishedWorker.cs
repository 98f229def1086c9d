using System.Globalization;
using DevChain.Processes;

namespace DevChain;

/// <summary>The isolated worker as it is published for Azure, and the stand-in of the Functions host that starts it.</summary>
public static class PublishedWorker
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static bool _published;

    /// <summary>The folder that would be deployed.</summary>
    public static string Folder => RepositoryRoot.Combine("artifacts", "worker", FunctionApp.Configuration);

    private static string StandIn => RepositoryRoot.Combine(
        "tests", "HostStandIn", "bin", FunctionApp.Configuration, "net10.0", "HostStandIn.dll");

    /// <summary>Publishes what is built, once in this process; gives <see cref="Folder"/>.</summary>
    /// <exception cref="DevChainException">It is not built, or cannot be published; the message says why.</exception>
    public static async Task<string> EnsureAsync(CancellationToken cancellation = default)
    {
        await Gate.WaitAsync(cancellation);
        try
        {
            if (!_published)
            {
                await using var held = await FileLock.TakeAsync(RepositoryRoot.Combine("artifacts", "worker", "publish.lock"), cancellation);
                string[] words = ["publish", RepositoryRoot.Combine("src", "Functions"), "-c", FunctionApp.Configuration, "--no-build", "-o", Folder];
                await ChildProcess.RunAsync(new CommandLine(FunctionApp.Dotnet, words), cancellation: cancellation);
                TakeCompiledAhead();
                _published = true;
            }

            return Folder;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Starts a published app as the Functions host does.</summary>
    internal static CommandLine BehindHost(string folder, int port, IReadOnlyDictionary<string, string> settings)
    {
        // The host reads schedules from the settings alone: those that a test does not name are the sample's.
        var environment = SampleSchedules();
        foreach (var (key, value) in settings)
        {
            environment[key] = value;
        }

        return new(FunctionApp.Dotnet, StandIn, "--app", folder, "--port", port.ToString(CultureInfo.InvariantCulture)) { Environment = environment };
    }

    // Published for a server they are compiled ahead, which publishing what is built leaves out. SelfHost's are, of the very same sources.
    private static void TakeCompiledAhead()
    {
        foreach (var name in new[] { "Relayer.Core.dll", "Functions.dll", "Npgsql.dll" })
        {
            File.Copy(Path.Combine(Path.GetDirectoryName(FunctionApp.BuiltProgram)!, name), Path.Combine(Folder, name), overwrite: true);
        }
    }

    private static Dictionary<string, string> SampleSchedules()
    {
        using var sample = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Combine("local.settings.sample.json")));
        return sample.RootElement.GetProperty("Values").EnumerateObject()
            .Where(setting => setting.Name.StartsWith("Schedules__", StringComparison.Ordinal))
            .ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);
    }
}
