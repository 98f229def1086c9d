using System.Text.RegularExpressions;
using DevChain;

namespace Relayer.Core.Tests;

/// <summary>Holds the arrows of <c>docs/architecture.md</c>: which folder of the core may name which.</summary>
public sealed partial class ArchitectureTests
{
    // What everything may use.
    private static readonly string[] Shared = ["Ethereum", "Concurrency", "Configuration", "Telemetry"];

    private static readonly string Core = RepositoryRoot.Combine("src", "Relayer.Core");

    [Theory]
    [InlineData("Ethereum")]
    [InlineData("Concurrency")]
    [InlineData("Telemetry")]
    [InlineData("Configuration", "Ethereum")]
    [InlineData("Storage", "Ethereum")]
    [InlineData("Keys", "Ethereum", "Concurrency", "Configuration", "Telemetry")]
    [InlineData("Providers", "Ethereum", "Concurrency", "Configuration", "Telemetry")]
    [InlineData("Transactions", "Ethereum", "Concurrency", "Configuration", "Telemetry", "Keys", "Providers", "Storage")]
    [InlineData("Relay", "Ethereum", "Concurrency", "Configuration", "Telemetry", "Keys", "Providers", "Storage", "Transactions")]
    public void A_folder_names_only_what_the_arrows_let_it(string folder, params string[] allowed)
    {
        foreach (var (file, text) in Sources(folder))
        {
            var named = Parts().Matches(text).Select(match => match.Groups[1].Value).Where(part => part != folder).Distinct();
            Assert.True(!named.Except(allowed).Any(), $"{file} names {string.Join(", ", named.Except(allowed))}");
        }
    }

    [Fact]
    public void Every_folder_of_the_core_has_its_arrows()
    {
        var folders = Directory.EnumerateDirectories(Core).Select(Path.GetFileName).Except(["bin", "obj"]);
        Assert.Equal([.. Shared.Concat(["Storage", "Keys", "Providers", "Transactions", "Relay"]).Order()], folders.Order());
    }

    [Fact]
    public void The_core_knows_nothing_of_web_servers_and_functions()
    {
        foreach (var (file, text) in Directory.EnumerateDirectories(Core).Select(Path.GetFileName).Except(["bin", "obj"]).SelectMany(folder => Sources(folder!)))
        {
            Assert.False(Foreign().IsMatch(text), $"{file} names ASP.NET or Azure Functions");
        }
    }

    private static IEnumerable<(string File, string Text)> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Core, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(Core, file), File.ReadAllText(file)));

    [GeneratedRegex(@"\bRelayer\.Core\.([A-Z]\w*)")]
    private static partial Regex Parts();

    [GeneratedRegex(@"\bMicrosoft\.(AspNetCore|Azure\.Functions)\b")]
    private static partial Regex Foreign();
}
