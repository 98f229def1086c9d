using System.Text.Json.Nodes;
using DevChain;
using DevChain.Processes;

[assembly: AssemblyFixture(typeof(Deploy.Tests.Bicep.BuiltTemplates))]

namespace Deploy.Tests.Bicep;

/// <summary>The templates, built once, and what they would make with each file of parameters.</summary>
public sealed class BuiltTemplates : IAsyncLifetime
{
    // Any: names are made of it.
    private const string Subscription = "00000000-0000-0000-0000-000000000001";
    private const string Tenant = "00000000-0000-0000-0000-000000000002";

    /// <summary>The files of parameters, without their ending.</summary>
    public static readonly string[] Profiles = ["test", "production"];

    /// <summary>Each profile as a test's argument.</summary>
    public static TheoryData<string> EachProfile => [.. Profiles];

    internal static string Folder => RepositoryRoot.Combine("infra");

    private readonly Dictionary<string, Deployment> _deployments = [];

    /// <summary>The built template, for Azure Resource Manager.</summary>
    public JsonObject Built { get; private set; } = [];

    /// <summary>What the CLI found, in SARIF, by file.</summary>
    public Dictionary<string, JsonObject> Reports { get; } = [];

    internal Deployment this[string profile] => _deployments[profile];

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        // A snapshot is written beside its parameters.
        using var copy = TempFolder.Create("infra");
        CopyTo(copy.Path);
        var (built, report) = await BuildAsync("build", Path.Combine(copy.Path, "main.bicep"), cancellation);
        (Built, Reports["main.bicep"]) = (JsonNode.Parse(built)!.AsObject(), report);
        foreach (var profile in Profiles)
        {
            var file = Path.Combine(copy.Path, $"{profile}.bicepparam");
            (_, Reports[$"{profile}.bicepparam"]) = await BuildAsync("build-params", file, cancellation);
            _deployments[profile] = await PredictAsync(file, cancellation);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static async Task<(string Built, JsonObject Report)> BuildAsync(string command, string file, CancellationToken cancellation)
    {
        var (code, output, errors) = await BicepCli.RunAsync(cancellation, command, file, "--stdout", "--diagnostics-format", "sarif");
        var report = errors.IndexOf('{', StringComparison.Ordinal) is var start and >= 0 ? JsonNode.Parse(errors[start..])!.AsObject() : [];
        return code == 0 || report.Count > 0 ? (output, report) : throw new InvalidOperationException($"bicep {command} ended with {code}:\n{errors}");
    }

    private static async Task<Deployment> PredictAsync(string file, CancellationToken cancellation)
    {
        var (code, _, errors) = await BicepCli.RunAsync(
            cancellation, "snapshot", file, "--mode", "overwrite", "--subscription-id", Subscription, "--tenant-id", Tenant, "--location", "westeurope");
        return code == 0
            ? new Deployment(await File.ReadAllTextAsync(Path.ChangeExtension(file, ".snapshot.json"), cancellation))
            : throw new InvalidOperationException($"bicep snapshot ended with {code}:\n{errors}");
    }

    internal static void CopyTo(string target)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
