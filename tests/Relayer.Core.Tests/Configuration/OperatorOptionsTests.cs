using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;
using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

public sealed class OperatorOptionsTests
{
    private const string Good = "Zx81-kPq7-mmT4-0vRw-55aB-cJd9-eFgH";

    [Fact]
    public void An_operator_has_a_role_and_a_secret() => Assert.Empty(Check(Operator()));

    [Theory]
    [InlineData("Operators:anna:Role", "admin", "Operators:anna:Role: must be look, operate or treasury")]
    [InlineData("Operators:anna:Role", "", "Operators:anna:Role: must be")]
    [InlineData("Operators:anna:Secret", "", "Operators:anna: has neither a Secret")]
    [InlineData("Operators:anna:Secret", "an na", "Operators:anna:Secret: is not a Key Vault secret name")]
    [InlineData("Operators:anna:NextSecret", "an na", "Operators:anna:NextSecret: is not a Key Vault secret name")]
    [InlineData("Operators:anna:NextSecret", "OPERATOR-ANNA", "Operators:anna:NextSecret: is the same as one before it")]
    [InlineData("Operators:anna:Key", Good, "Operators:anna: has both a Secret and a Key")]
    public void Each_fault_of_an_operator_is_named(string key, string value, string fault) =>
        Assert.StartsWith(fault, Assert.Single(Check(new(Operator()) { [key] = value })), StringComparison.Ordinal);

    [Fact]
    public void Two_operators_do_not_share_a_key()
    {
        var two = new Dictionary<string, string?>(Operator()) { ["Operators:ben:Role"] = "operate", ["Operators:ben:Secret"] = "operator-anna" };

        Assert.StartsWith("Operators:ben:Secret: is the same as one before it", Assert.Single(Check(two)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_in_the_settings_is_for_development_alone()
    {
        Assert.StartsWith("Operators:anna:Key: a literal key is accepted only when", Assert.Single(Check(Literal(Good))), StringComparison.Ordinal);
        Assert.Empty(Check(new(Literal(Good)) { ["Environment"] = "Development" }));
    }

    [Theory]
    [InlineData("change-me", "must have at least 32 characters")]
    [InlineData("k", "must have at least 32 characters")]
    [InlineData("Zx81-kPq7-mmT4-0vRw-55aB-cJd9-e", "must have at least 32 characters")]
    [InlineData("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "must have at least 10 different characters")]
    [InlineData("abcabcabcabcabcabcabcabcabcabcabcabc123", "must have at least 10 different characters")]
    [InlineData("Zx81 kPq7 mmT4 0vRw 55aB cJd9 eFgH", "must have printable ASCII characters only")]
    public void What_nobody_drew_at_random_is_no_key_anywhere_and_is_not_repeated(string key, string fault)
    {
        foreach (var environment in new[] { "Development", "Production" })
        {
            var faults = Check(new(Literal(key)) { ["Environment"] = environment });

            Assert.Contains(faults, one => one.StartsWith($"Operators:anna:Key: {fault}", StringComparison.Ordinal));
            Assert.DoesNotContain(faults, one => key.Length > 1 && one.Contains(key, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("change-me-this-is-for-development-only")]
    [InlineData("demo-operator-for-this-machine-alone")]
    [InlineData("this-is-my-PASSWORD-of-32-characters-1")]
    public void A_placeholder_passes_in_development_alone(string key)
    {
        Assert.Null(KeyStrength.Fault(key, isDevelopment: true));
        Assert.StartsWith("is a placeholder", KeyStrength.Fault(key, isDevelopment: false), StringComparison.Ordinal);
    }

    [Fact]
    public void The_former_setting_is_refused_with_the_new_name() => Assert.Equal(
        ["Functions:Keys:default: was renamed, write Operators:default:Key"],
        RenamedSettings.Find(Configure(new() { ["Functions:Keys:default"] = "change-me" })));

    [Fact]
    public void A_role_includes_those_before_it() => Assert.True(OperatorRole.Look < OperatorRole.Operate && OperatorRole.Operate < OperatorRole.Treasury);

    private static Dictionary<string, string?> Operator() => new(Sound) { ["Operators:anna:Role"] = "treasury", ["Operators:anna:Secret"] = "operator-anna" };

    private static Dictionary<string, string?> Literal(string key) => new(Sound) { ["Operators:anna:Role"] = "look", ["Operators:anna:Key"] = key };
}
