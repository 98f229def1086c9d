using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DevChain;
using DevChain.Processes;

namespace Functions.Tests.Hosting;

/// <summary>The isolated worker's packages are not in every feed, so what the property switches is asked of MSBuild.</summary>
public sealed partial class IsolatedWorkerTests
{
    private static readonly string[] Packages =
    [
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Microsoft.Azure.Functions.Worker.Extensions.Timer",
        "Microsoft.Azure.Functions.Worker.Sdk",
    ];

    [Theory]
    [InlineData("", false)]
    [InlineData("-p:FunctionsWorker=Isolated", true)]
    public async Task One_property_switches_packages_sources_and_the_attributes_namespace(string property, bool isolated)
    {
        var items = await AskAsync(property);
        var (references, sources, usings) = (items["PackageReference"], items["Compile"], items["Using"]);

        Assert.All(Packages, package => Assert.Equal(isolated, references.Contains(package)));
        Assert.Equal(isolated, sources.Contains("Program.Isolated.cs"));
        Assert.Equal(!isolated, sources.Contains("Program.cs"));
        Assert.Equal(isolated, sources.Any(source => source.StartsWith("Isolated/", StringComparison.Ordinal)));
        Assert.Equal(!isolated, sources.Any(source => source.StartsWith("Hosting/", StringComparison.Ordinal)));
        Assert.Equal(isolated, usings.Contains("Microsoft.Azure.Functions.Worker"));
        Assert.Equal(!isolated, usings.Contains("Functions.Hosting"));
        Assert.Contains("HealthFunctions.cs", sources);
    }

    [Fact]
    public void Both_programs_add_the_same_services()
    {
        var own = Calls("Program.cs");
        var isolated = Calls("Program.Isolated.cs");

        Assert.Contains("AddRelayerOptions", own);
        Assert.Equal(own, isolated.Intersect(own).ToHashSet());
    }

    private static HashSet<string> Calls(string program) =>
        [.. AddCall().Matches(File.ReadAllText(RepositoryRoot.Combine("src", "Functions", program))).Select(call => call.Groups[1].Value)];

    [GeneratedRegex(@"\.(Add\w+)\(")]
    private static partial Regex AddCall();

    private static async Task<Dictionary<string, HashSet<string>>> AskAsync(string property)
    {
        // Into a file: of what a process writes only the last lines are kept.
        var answer = Path.GetTempFileName();
        string[] arguments =
        [
            "msbuild", RepositoryRoot.Combine("src", "Functions", "Functions.csproj"), "-nologo", "-nodeReuse:false",
            $"-getResultOutputFile:{answer}", "-getItem:PackageReference", "-getItem:Compile", "-getItem:Using", .. property.Length == 0 ? [] : new[] { property },
        ];
        await ChildProcess.RunAsync(new CommandLine("dotnet", arguments), cancellation: TestContext.Current.CancellationToken);
        var output = await File.ReadAllTextAsync(answer, TestContext.Current.CancellationToken);
        File.Delete(answer);
        return JsonNode.Parse(output)!["Items"]!.AsObject().ToDictionary(
            kind => kind.Key,
            kind => kind.Value!.AsArray().Select(item => ((string)item!["Identity"]!).Replace('\\', '/')).ToHashSet());
    }
}
