using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

public sealed class SecretOptionsTests
{
    [Fact]
    public void A_literal_key_passes_in_development_alone()
    {
        var literal = With("Chains:main:Signers:0:Key", LiteralKey);
        literal.Remove("Chains:main:Signers:0:Secret");
        literal.Remove("KeyVault:Uri");
        Assert.StartsWith("Chains:main:Signers:0:Key: a literal key", Assert.Single(Check(literal)), StringComparison.Ordinal);

        literal["Environment"] = "Development";
        Assert.Empty(Check(literal));
    }

    [Fact]
    public void The_key_for_Hermes_stays_a_secret()
    {
        var hermes = With("Hermes:Url", "https://hermes.example");
        hermes["Hermes:Secret"] = "hermes";
        Assert.Empty(Check(hermes));
        Assert.Equal(["Hermes:Url: must be https: the key could be read on its way"], Check(new(hermes) { ["Hermes:Url"] = "http://hermes.example" }));
        var here = new Dictionary<string, string?>(hermes) { ["Hermes:Key"] = "abc", ["Environment"] = "Development" };
        Assert.Equal(["Hermes: has both a Secret and a Key; give one"], Check(here));
        here.Remove("Hermes:Secret");
        Assert.Empty(Check(here));
    }

    [Fact]
    public void The_key_for_the_webhook_stays_a_secret()
    {
        var alerts = With("Alerts:WebhookUrl", "https://hook.example");
        Assert.Equal(["Alerts:Secret: is missing: alerts are signed"], Check(alerts));
        alerts["Alerts:Secret"] = "web hook";
        Assert.StartsWith("Alerts:Secret: is not a Key Vault secret name", Assert.Single(Check(alerts)), StringComparison.Ordinal);
        alerts["Alerts:Secret"] = "webhook";
        Assert.Empty(Check(alerts));
        var literal = new Dictionary<string, string?>(alerts) { ["Alerts:Key"] = new('k', 32), ["Alerts:Secret"] = "" };
        Assert.StartsWith("Alerts:Key: a literal key is accepted only", Assert.Single(Check(literal)), StringComparison.Ordinal);
        literal["Environment"] = "Development";
        Assert.Empty(Check(literal));
        Assert.Equal(["Alerts:Key: must have at least 32 characters"], Check(new(literal) { ["Alerts:Key"] = new('k', 31) }));
        Assert.Equal(["Alerts: has both a Secret and a Key; give one"], Check(new(literal) { ["Alerts:Secret"] = "webhook" }));
    }

    [Theory]
    [InlineData("Hermes:Fallbacks:0:Secret")]
    [InlineData("Alerts:Secret")]
    public void Whatever_names_a_secret_wants_a_vault(string key)
    {
        var named = new Dictionary<string, string?>(Sound)
        {
            ["Environment"] = "Development",
            ["KeyVault:Uri"] = "",
            ["Chains:main:Signers:0:Secret"] = "",
            ["Chains:main:Signers:0:Key"] = LiteralKey,
            ["Hermes:Url"] = "https://hermes.example",
            ["Hermes:Fallbacks:0:Url"] = "https://other.example",
        };
        Assert.Empty(Check(named));
        Assert.StartsWith("KeyVault:Uri: is missing, though", Assert.Single(Check(new(named) { [key] = "some-key" })), StringComparison.Ordinal);
    }
}
