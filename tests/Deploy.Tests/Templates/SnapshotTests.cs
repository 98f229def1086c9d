using Deploy.Tests.Bicep;
using DevChain;

namespace Deploy.Tests.Templates;

/// <summary>What a deployment would make, compared with what it made when somebody last looked at it.</summary>
[Trait("needs", "services")]
public sealed class SnapshotTests(BuiltTemplates templates)
{
    public static TheoryData<string> Profiles => BuiltTemplates.EachProfile;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void What_would_be_made_is_what_was_looked_at(string profile)
    {
        var golden = RepositoryRoot.Combine("tests", "Deploy.Tests", "Golden", $"{profile}.json");
        var made = templates[profile].ToString();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, made);
        }

        var (expected, actual) = (File.Exists(golden) ? File.ReadAllLines(golden) : [], made.TrimEnd('\n').Split('\n'));
        var line = Enumerable.Range(0, Math.Max(expected.Length, actual.Length))
            .FirstOrDefault(i => i >= expected.Length || i >= actual.Length || expected[i] != actual[i], -1);
        Assert.True(
            line < 0,
            $"infra/ with {profile}.bicepparam makes something else than {golden} says, first in line {line + 1}:\n"
            + $"was {expected.ElementAtOrDefault(line)}\nis  {actual.ElementAtOrDefault(line)}\n"
            + "Look at all of it, then: UPDATE_GOLDEN=1 dotnet test --project tests/Deploy.Tests -- --filter-class '*SnapshotTests'");
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Each_resource_has_its_own_id_and_an_evaluated_name(string profile)
    {
        var resources = templates[profile].Resources;

        Assert.True(resources.Count > 20, $"{resources.Count} resources");
        Assert.Equal(resources.Count, resources.DistinctBy(one => (string?)one["id"]).Count());
    }
}
