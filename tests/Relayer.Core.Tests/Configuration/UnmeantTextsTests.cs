using Relayer.Core.Configuration;
using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

/// <summary>What somebody meant to be replaced before it got here, and was not.</summary>
public sealed class UnmeantTextsTests
{
    private const string Reference = "@Microsoft.KeyVault(SecretUri=https://relayer.vault.azure.net/secrets/one/)";

    [Theory]
    [InlineData("Database:ConnectionString")]
    [InlineData("KeyVault:Uri")]
    [InlineData("Environment")]
    [InlineData("ObservedFrom")]
    [InlineData("Chains:main:Rpc:0")]
    [InlineData("Chains:main:RpcTimeout")]
    [InlineData("Chains:main:ChainId")]
    [InlineData("Chains:main:Forwarders:0:Address")]
    [InlineData("Chains:main:Signers:0:Secret")]
    [InlineData("Chains:main:Fees:MaxFeePerGasWei")]
    [InlineData("Chains:main:Policy:Targets:0:Functions:0")]
    [InlineData("Cors:Origins:0")]
    [InlineData("Schedules:Confirm")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS")]
    public void A_Key_Vault_reference_that_was_not_resolved_is_told_by_its_setting_and_once(string key)
    {
        var fault = Assert.Single(Check(With(key, Reference)), one => one.StartsWith($"{key}: ", StringComparison.Ordinal));

        Assert.Equal($"{key}: is a Key Vault reference that was not resolved: look at the reference, the app's identity and its access to what it names", fault);
    }

    [Fact]
    public void An_operators_key_too_and_nothing_else_is_wrong_with_it()
    {
        var settings = With("Operators:one:Role", "look");
        settings["Operators:one:Key"] = Reference;
        settings["Environment"] = "Development";

        Assert.StartsWith("Operators:one:Key: is a Key Vault reference", Assert.Single(Check(settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_within_a_text_is_never_resolved() => Assert.Equal(
        ["Chains:main:Rpc:0: has a Key Vault reference in its text: only a reference that is the whole value is resolved"],
        Check(With("Chains:main:Rpc:0", $"https://one.example/{Reference}")));

    [Fact]
    public void A_reference_to_App_Configuration_is_one_too() => Assert.StartsWith(
        "Chains:main:Rpc:0: is an App Configuration reference",
        Assert.Single(Check(With("Chains:main:Rpc:0", "@Microsoft.AppConfiguration(Endpoint=https://one.azconfig.io; Key=rpc)"))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Database:ConnectionString", "\"Host=db;Database=relayer;SSL Mode=Require\"")]
    [InlineData("Chains:main:Rpc:0", "'https://one.example/key'")]
    [InlineData("Chains:main:ChainId", "\"10\"")]
    [InlineData("Chains:main:Forwarders:0:Name", " \"Forwarder\"\n")]
    [InlineData("Environment", "'Production'")]
    public void Quotes_around_a_value_are_told(string key, string value) =>
        Assert.Equal([$"{key}: stands in quotes: take them off"], Check(With(key, value)));

    [Fact]
    public void What_belongs_to_others_may_have_quotes_and_Azures_copy_of_a_setting_is_not_told_again()
    {
        var settings = With("SOME_PROMPT", "'one'");
        settings["APPSETTING_Chains__main__Rpc__0"] = Reference;

        Assert.Empty(Check(settings));
        Assert.Empty(RelayerOptionsValidator.ValidateDatabase(RelayerOptions.Bind(Configure(settings))));
    }

    [Fact]
    public void A_command_that_uses_the_database_alone_tells_of_its_reference_alone() => Assert.StartsWith(
        "Database:ConnectionString: is a Key Vault reference",
        Assert.Single(RelayerOptionsValidator.ValidateDatabase(RelayerOptions.Bind(Configure(With("Database:ConnectionString", Reference))))),
        StringComparison.Ordinal);
}
