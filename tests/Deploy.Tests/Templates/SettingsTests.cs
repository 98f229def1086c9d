using System.Reflection;
using System.Text.RegularExpressions;
using Deploy.Tests.Bicep;
using Functions.Timers;
using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;

namespace Deploy.Tests.Templates;

/// <summary>The app's settings as the template writes them, checked by the app itself.</summary>
[Trait("needs", "services")]
public sealed partial class SettingsTests(BuiltTemplates templates)
{
    // What the host and Azure's own libraries read; all else has to be the relayer's.
    private static readonly string[] Platform =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID",
        "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__credential",
    ];

    public static TheoryData<string> Profiles => BuiltTemplates.EachProfile;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_app_finds_nothing_missing_and_nothing_wrong(string profile)
    {
        var settings = Read(profile);

        Assert.Empty(Check(settings));
    }

    [Theory]
    [InlineData("Database__ConnectionString")]
    [InlineData("KeyVault__Uri")]
    [InlineData("Operators__anna__Role")]
    [InlineData("Chains__ethereum__ChainId")]
    [InlineData("Chains__ethereum__Forwarders__0__Name")]
    [InlineData("Chains__ethereum__Rpc__1__Url")]
    public void Without_one_of_them_the_app_would_say_so(string name)
    {
        var settings = Read("production");

        Assert.True(settings.Remove(name));
        Assert.NotEmpty(Check(settings));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_app_knows_each_of_them(string profile)
    {
        var settings = Read(profile);
        var sections = typeof(RelayerOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).ToArray();
        var others = settings.Keys.Where(name => !sections.Contains(name.Split("__")[0])).ToArray();

        Assert.Empty(UnknownSettings.Find(Configure(settings)));
        Assert.Equal(Platform.Order(StringComparer.Ordinal), others.Where(name => !IsOfFunctions(name)).Order(StringComparer.Ordinal));
        Assert.All(settings.Keys, name => Assert.DoesNotContain(":", name, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Every_timer_has_its_schedule_and_there_is_no_other(string profile)
    {
        var written = Read(profile).Where(setting => setting.Key.StartsWith("Schedules__", StringComparison.Ordinal));
        var expected = Schedules.Defaults.ToDictionary(one => one.Key.Replace(":", "__", StringComparison.Ordinal), one => one.Value);

        Assert.Equal(expected.OrderBy(one => one.Key, StringComparer.Ordinal), written.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void No_value_is_a_secret_and_each_reference_is_to_the_apps_vault(string profile)
    {
        var deployment = templates[profile];
        var settings = Raw(profile);
        var vault = deployment.Of("Microsoft.KeyVault/vaults").Select(one => (string)one["name"]!).Single(name => name.StartsWith("kv-", StringComparison.Ordinal));
        var references = settings.Values.Where(value => value.StartsWith("@Microsoft", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(references);
        Assert.All(references, value => Assert.Equal(vault, Reference.Match(value).Groups["vault"].Value));
        Assert.Equal(references.Length, settings.Count(setting => setting.Key.EndsWith("__Url", StringComparison.Ordinal) && setting.Key.Contains("__Rpc__", StringComparison.Ordinal)));
        Assert.DoesNotContain(settings.Keys, name => name.EndsWith("__Key", StringComparison.Ordinal));
        Assert.DoesNotContain("Password", settings["Database__ConnectionString"], StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_councils_keys_are_read_in_its_own_vault_as_its_own_identity(string profile)
    {
        var settings = Raw(profile);

        Assert.StartsWith("kv-", VaultUri.Match(settings["KeyVault__Uri"]).Groups["vault"].Value, StringComparison.Ordinal);
        Assert.StartsWith("kvc-", VaultUri.Match(settings["KeyVault__CouncilUri"]).Groups["vault"].Value, StringComparison.Ordinal);
        Assert.Contains($"-{profile}-council'", settings["KeyVault__CouncilIdentity"], StringComparison.Ordinal);
        Assert.Contains($"-{profile}-app'", settings["AZURE_CLIENT_ID"], StringComparison.Ordinal);
    }

    private static bool IsOfFunctions(string name) =>
        name.StartsWith("Schedules__", StringComparison.Ordinal) || name.StartsWith("Cors__Origins__", StringComparison.Ordinal);

    private static IReadOnlyList<string> Check(Dictionary<string, string> settings) => RelayerOptionsValidator.Validate(RelayerOptions.Bind(Configure(settings)));

    private static IConfiguration Configure(Dictionary<string, string> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key.Replace("__", ":", StringComparison.Ordinal), (string?)one.Value))).Build();

    // As the app gets them: Azure has put texts in the place of references, and what it alone knows in the place of expressions.
    private Dictionary<string, string> Read(string profile) => Raw(profile).ToDictionary(
        one => one.Key,
        one => Reference.Match(one.Value) is { Success: true } reference ? $"https://{reference.Groups["secret"].Value}.example/"
            : VaultUri.Match(one.Value) is { Success: true } uri ? $"https://{uri.Groups["vault"].Value}.vault.azure.net/"
            : one.Key == "KeyVault__CouncilIdentity" ? "00000000-0000-0000-0000-00000000000c"
            : one.Value);

    private Dictionary<string, string> Raw(string profile) => templates[profile].Single("Microsoft.Web/sites/config")["properties"]!.AsObject()
        .ToDictionary(one => one.Key, one => (string)one.Value!);

    // The suffix is the cloud's to say.
    [GeneratedRegex(@"^\[format\('https://\{0\}\{1\}/', '(?<vault>[a-z0-9-]+)', environment\(\)\.suffixes\.keyvaultDns\)\]\z")]
    private static partial Regex VaultUri { get; }

    [GeneratedRegex(@"^@Microsoft\.KeyVault\(VaultName=(?<vault>[a-z0-9-]+);SecretName=(?<secret>[a-z0-9-]+)\)\z")]
    private static partial Regex Reference { get; }
}
