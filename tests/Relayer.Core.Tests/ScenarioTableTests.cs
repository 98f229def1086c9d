using System.Text.RegularExpressions;
using DevChain;

namespace Relayer.Core.Tests;

/// <summary>The tables of scenarios in <c>docs/failure.md</c>, <c>docs/keepers.md</c> and <c>docs/security.md</c>, and the recipes, name tests that exist.</summary>
public sealed partial class ScenarioTableTests
{
    [Fact]
    public void Every_scenario_names_a_test_that_exists()
    {
        var names = NamesIn(TableOf("failure.md"));

        Assert.True(names.Length > 20, $"{names.Length} tests are named");
        AssertExist(names);
    }

    [Fact]
    public void Every_scenario_of_each_keeper_names_a_test_that_exists_or_says_why_there_is_none()
    {
        string[][] rows = [.. TableOf("keepers.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | "))];

        Assert.Equal(["scenario", "settlement", "liquidation", "upkeeps", "accounts", "redemption"], rows[0]);
        Assert.True(rows.Length > 15, $"{rows.Length} rows");
        Assert.All(rows.Skip(1), row => Assert.Equal(6, row.Length));
        Assert.All(
            rows.Skip(1).SelectMany(row => row.Skip(1)),
            cell => Assert.True(cell.StartsWith("none: ", StringComparison.Ordinal) || NamesIn(cell).Length > 0, cell));
        AssertExist(NamesIn(TableOf("keepers.md")));
    }

    [Fact]
    public void Every_bound_on_an_attack_names_a_test_that_exists()
    {
        var rows = TableOf("security.md", "Attacks that are bounded").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToArray();

        Assert.True(rows.Length > 8, $"{rows.Length} rows");
        Assert.All(rows, row => Assert.NotEmpty(NamesIn(row)));
        AssertExist(NamesIn(string.Concat(rows)));
    }

    [Fact]
    public void Every_recipe_names_a_test_that_exists()
    {
        var recipes = File.ReadAllText(RepositoryRoot.Combine("docs", "recipes.md")).Split("\n## ")[1..];

        Assert.Equal(["A rule", "A chain", "A keeper", "A timer", "A forwarder dialect"], recipes.Select(recipe => recipe.Split('\n')[0]));
        Assert.All(recipes, recipe => Assert.NotEmpty(NamesIn(recipe)));
        AssertExist(NamesIn(string.Concat(recipes)));
    }

    private static string TableOf(string document, string heading = "Scenarios") =>
        File.ReadAllText(RepositoryRoot.Combine("docs", document)).Split($"\n## {heading}\n")[1].Split("\n## ")[0];

    private static (string Class, string Method)[] NamesIn(string text) =>
        [.. Named.Matches(text).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

    private static void AssertExist((string Class, string Method)[] names)
    {
        var tests = Directory.EnumerateFiles(RepositoryRoot.Combine("tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(Path.GetFileNameWithoutExtension, File.ReadAllText);
        Assert.All(names, name => Assert.Contains(
            tests[name.Class], source => source.Contains($" {name.Method.TrimEnd('*')}", StringComparison.Ordinal) || name.Method == "*"));
    }

    [GeneratedRegex("`(\\w+Tests)\\.([\\w*]+)`")]
    private static partial Regex Named { get; }
}
