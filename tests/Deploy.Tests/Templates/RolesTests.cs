using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deploy.Tests.Bicep;
using DevChain;

namespace Deploy.Tests.Templates;

/// <summary>Who may do what: what the template gives is what <c>docs/deploy.md</c> says, and no more.</summary>
[Trait("needs", "services")]
public sealed partial class RolesTests(BuiltTemplates templates)
{
    private const string Assignment = "Microsoft.Authorization/roleAssignments";

    public static TheoryData<string> Profiles => BuiltTemplates.EachProfile;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Who_has_which_role_where_is_what_the_page_says(string profile)
    {
        var given = templates[profile].Of(Assignment).Select(one => Describe(one)).Order(StringComparer.Ordinal);

        Assert.Equal(OnThePage().Order(StringComparer.Ordinal), given);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_councils_identity_reads_the_councils_vault_alone_and_the_apps_identity_cannot(string profile)
    {
        var given = templates[profile].Of(Assignment).Select(one => Describe(one)).ToArray();

        Assert.Equal(["council | 4633458b-17de-408a-b874-0445c86b69e6 | the council's vault"], given.Where(one => one.StartsWith("council ", StringComparison.Ordinal)));
        Assert.DoesNotContain(given, one => one.StartsWith("app ", StringComparison.Ordinal) && one.EndsWith("the council's vault", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Roles_are_given_to_the_templates_own_identities_below_single_resources(string profile)
    {
        Assert.All(templates[profile].Of(Assignment), one =>
        {
            Assert.Equal("ServicePrincipal", (string?)one["properties"]!["principalType"]);
            Assert.Matches(@"/resourceGroups/[^/]+/providers/[^/]+/[^/]+/[^/]+/providers/Microsoft\.Authorization/", ScopeOf(one));
        });
        Assert.Empty(templates[profile].Of("Microsoft.Authorization/roleDefinitions"));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_owner_of_the_schema_alone_administers_the_database(string profile)
    {
        var administrator = Assert.Single(templates[profile].Of("Microsoft.DBforPostgreSQL/flexibleServers/administrators"));

        Assert.Contains($"-{profile}-owner'", (string?)administrator["name"], StringComparison.Ordinal);
        Assert.Equal("ServicePrincipal", (string?)administrator["properties"]!["principalType"]);
        Assert.DoesNotContain(templates[profile].Of(Assignment).Select(Describe), one => one.StartsWith("owner ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Only_the_app_and_the_council_are_identities_of_the_app(string profile)
    {
        var site = templates[profile].Single("Microsoft.Web/sites");
        var identities = site["identity"]!["userAssignedIdentities"]!.AsObject().Select(one => Identity.Match(one.Key).Groups["role"].Value).Order();

        Assert.Equal("UserAssigned", (string?)site["identity"]!["type"]);
        Assert.Equal(["app", "council"], identities);
    }

    private static string[] OnThePage()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "deploy.md"));
        var rows = page.Split("\n## Who may do what\n")[1].Split("\n## ")[0].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        return [.. rows.Select(row => Row.Match(row)).Select(row =>
        {
            Assert.True(row.Success, "a row of docs/deploy.md, Who may do what, is: | `identity` | role `id` | where | why |");
            return $"{row.Groups["who"].Value} | {row.Groups["role"].Value} | {row.Groups["where"].Value}";
        })];
    }

    private static string Describe(JsonObject assignment)
    {
        var properties = assignment["properties"]!;
        var who = Identity.Match((string)properties["principalId"]!);
        Assert.True(who.Success, (string)properties["principalId"]!);
        var role = ((string)properties["roleDefinitionId"]!).Split('/')[^1].TrimEnd('\'', ')', ']');
        return $"{who.Groups["role"].Value} | {role} | {WhereOf(ScopeOf(assignment))}";
    }

    private static string WhereOf(string scope) => scope switch
    {
        _ when scope.Contains("/vaults/kv-", StringComparison.Ordinal) => "the app's vault",
        _ when scope.Contains("/vaults/kvc-", StringComparison.Ordinal) => "the council's vault",
        _ when scope.Contains("/storageAccounts/", StringComparison.Ordinal) => "the storage account",
        _ when scope.Contains("/components/", StringComparison.Ordinal) => "Application Insights",
        _ when scope.Contains("/sites/", StringComparison.Ordinal) => "the app",
        _ => scope,
    };

    private static string ScopeOf(JsonObject assignment) => (string)assignment["id"]!;

    [GeneratedRegex(@"userAssignedIdentities.*?id-[a-z0-9]+-(test|production)-(?<role>[a-z]+)")]
    private static partial Regex Identity { get; }

    [GeneratedRegex(@"^\| `(?<who>[a-z]+)` \| [^|`]+ `(?<role>[0-9a-f-]{36})` \| (?<where>[^|]+?) \| ")]
    private static partial Regex Row { get; }
}
