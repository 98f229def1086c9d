using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Reading;

namespace Relayer.Core.Tests.Configuration;

public sealed class UnknownSettingsTests
{
    [Theory]
    [InlineData("Chains:base:TopUps:MaxPerDayWie", "1")]
    [InlineData("Chains:base:Rpcs", "https://one.example")]
    [InlineData("Chains:base:Signers:0:Secrets", "relayer-1")]
    [InlineData("Chains:base:Keepers:Settlement:Scan:StartBlok", "1")]
    [InlineData("Chains:base:Confirmations:Deep", "1")]
    [InlineData("Alerts:Webhook", "https://one.example")]
    [InlineData("Operators:one:Rolle", "look")]
    [InlineData("Hermes:Fallbacks:0:Uri", "https://one.example")]
    public void What_nothing_reads_is_found(string key, string value) => Assert.Equal([key], Find((key, value)));

    [Fact]
    public void What_is_read_or_belongs_to_others_is_not() => Assert.Empty(Find(
        ("chains:BASE:topups:MaxPerDayWei", "1"), ("Chains:base:Rpc:0", "https://one.example"), ("Chains:base:Signers:0:Secret", "relayer-1"),
        ("Chains:base:Policy:Targets:0:Functions:0", "increment()"), ("Chains:base:Keepers:Redemption:Sources:ethereum:Domain", "0"),
        ("Chains:base:Keepers:Settlement:Scan:StartBlock", "1"), ("Database:ConnectionString", "Host=h"), ("Schedules:Confirm", "* * * * * *"),
        ("PATH", "/bin"), ("Operators:one:Role", "look"), ("Logging:LogLevel:Default", "Warning")));

    private static IReadOnlyList<string> Find(params (string Key, string Value)[] settings) => UnknownSettings.Find(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value))).Build());
}
