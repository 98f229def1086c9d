using DevChain;
using Functions.Timers;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;

namespace Functions.Tests.Docs;

public sealed class ConfigurationPageTests
{
    private static readonly string Page = RepositoryRoot.Combine("docs", "configuration.md");

    [Fact]
    public void The_page_says_what_the_options_say()
    {
        var written = ConfigurationPage.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Page, written);
        }

        Assert.True(
            File.Exists(Page) && File.ReadAllText(Page) == written,
            "docs/configuration.md is not what the options' documentation says. Write it anew: "
            + "UPDATE_DOCS=1 dotnet test --project tests/Functions.Tests -- --filter-class '*ConfigurationPageTests'");
    }

    [Fact]
    public void Each_option_stands_on_it_once_under_every_place_that_it_may_be_set()
    {
        var groups = OptionGroup.All();
        var scan = groups.Single(group => group.Type == typeof(ScanOptions));

        Assert.Equal(groups.Count, groups.DistinctBy(group => group.Type).Count());
        Assert.Contains("Chains__{name}__Keepers__Redemption__Sources__{source}__Scan__", scan.Places.Select(place => place.Prefix));
        Assert.Equal(["Database__"], groups.Single(group => group.Type == typeof(DatabaseOptions)).Places.Select(place => place.Prefix));
        Assert.All(Schedules.Defaults.Keys, key => Assert.Contains($"`{key.Replace(":", "__", StringComparison.Ordinal)}`", ConfigurationPage.Write(), StringComparison.Ordinal));
    }
}
