using System.Text.RegularExpressions;
using DevChain;

namespace Relayer.Core.Tests;

/// <summary>The table of scenarios in <c>docs/architecture.md</c> names tests that exist.</summary>
public sealed partial class ScenarioTableTests
{
    [Fact]
    public void Every_scenario_names_a_test_that_exists()
    {
        var table = File.ReadAllText(RepositoryRoot.Combine("docs", "architecture.md")).Split("\n## Scenarios\n")[1].Split("\n## ")[0];
        var tests = Directory.EnumerateFiles(RepositoryRoot.Combine("tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(Path.GetFileNameWithoutExtension, File.ReadAllText);
        var names = Named.Matches(table).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).ToArray();

        Assert.True(names.Length > 20, $"{names.Length} tests are named");
        Assert.All(names, name => Assert.Contains(
            tests[name.Class], source => source.Contains($" {name.Method.TrimEnd('*')}", StringComparison.Ordinal) || name.Method == "*"));
    }

    [GeneratedRegex("`(\\w+Tests)\\.([\\w*]+)`")]
    private static partial Regex Named { get; }
}
