using System.Text.Json.Nodes;
using Deploy.Tests.Bicep;
using DevChain.Processes;

namespace Deploy.Tests.Templates;

/// <summary>The CLI ends with 0 whatever it finds, and takes nearly everything for a warning: so nothing at all may be found.</summary>
[Trait("needs", "services")]
public sealed class DiagnosticsTests(BuiltTemplates templates)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Nothing_is_found_in_the_templates_and_in_their_parameters()
    {
        Assert.Equal(["main.bicep", "production.bicepparam", "test.bicepparam"], templates.Reports.Keys.Order());
        Assert.All(templates.Reports, report => Assert.Empty(Found(report.Value)));
        Assert.All(BuiltTemplates.Profiles, profile => Assert.Empty(templates[profile].Diagnostics));
    }

    [Fact]
    public async Task What_is_misspelt_or_unused_is_found_in_whatever_file_it_stands()
    {
        using var copy = TempFolder.Create("infra");
        BuiltTemplates.CopyTo(copy.Path);
        await ChangeAsync(copy, "modules/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeysAccess: false");
        await ChangeAsync(copy, "modules/vault.bicep", "enablePurgeProtection: true", "purgeNever: true");
        await ChangeAsync(copy, "modules/app.bicep", "serverfarms@2025-03-01", "serverfarms@2025-03-02");
        await ChangeAsync(copy, "main.bicep", "param budgetStart string", "param budgetStart string\nparam unused string = ''");

        var (_, report) = await BuiltTemplates.BuildAsync("build", Path.Combine(copy.Path, "main.bicep"), Cancellation);

        Assert.Equal(["BCP037", "BCP081", "BCP089", "no-unused-params"], Found(report).Select(one => one.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    private static async Task ChangeAsync(TempFolder copy, string file, string right, string wrong)
    {
        var path = Path.Combine(copy.Path, file);
        var text = await File.ReadAllTextAsync(path, Cancellation);
        Assert.Contains(right, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(right, wrong, StringComparison.Ordinal), Cancellation);
    }

    private static IEnumerable<string> Found(JsonObject report)
    {
        var runs = report["runs"]!.AsArray();
        Assert.NotEmpty(runs);
        return runs.SelectMany(run => run!["results"]!.AsArray()).Select(result => $"{result!["ruleId"]} {result["message"]!["text"]}");
    }
}
