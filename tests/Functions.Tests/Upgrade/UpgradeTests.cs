using DevChain;
using Storms.Upgrade;

namespace Functions.Tests.Upgrade;

/// <summary>
/// This release goes on with what an older one left when it was killed in the middle of relays, top-ups and keepers' work. What it left was
/// written by that release itself: <c>dotnet run -c Release --project tests/Storms -- freeze --from ab5946b --output tests/Functions.Tests/Upgrade/ab5946b</c>.
/// </summary>
[Trait("needs", "services")]
public sealed class UpgradeTests
{
    [Theory]
    [InlineData("ab5946b")]
    public async Task What_an_older_release_left_in_the_middle_of_its_work_comes_to_its_end_once(string commit)
    {
        var report = await Thaw.RunAsync(
            RepositoryRoot.Combine("tests", "Functions.Tests", "Upgrade", commit), progress: null, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.Holds, $"{report}\n\nThe instance's last lines:\n{report.Output}");
    }
}
