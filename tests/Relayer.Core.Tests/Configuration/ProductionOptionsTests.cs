using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

/// <summary>What leaves this machine is encrypted, and what users may call is what the settings name.</summary>
public sealed class ProductionOptionsTests
{
    private const string Rpc = "Chains:main:Rpc:0";
    private const string Database = "Database:ConnectionString";
    private const string Target = "Chains:main:Policy:Targets:0:Address";
    private const string Function = "Chains:main:Policy:Targets:0:Functions:0";
    private const string Forwarder = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    private const string Multicall = "0xE2C5658cC5C448B48141168f3e475dF8f65A1e3e";

    [Theory]
    [InlineData("http://node.example")]
    [InlineData("http://10.0.0.7:8545")]
    public void A_provider_of_another_machine_is_https(string url)
    {
        Assert.StartsWith($"{Rpc}: must be https", Assert.Single(Check(With(Rpc, url))), StringComparison.Ordinal);
        Assert.Empty(Check(new(With(Rpc, url)) { ["Environment"] = "Development" }));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8545")]
    [InlineData("http://localhost:8545")]
    [InlineData("http://[::1]:8545")]
    public void A_provider_of_this_machine_may_be_http(string url) => Assert.Empty(Check(With(Rpc, url)));

    [Theory]
    [InlineData("Host=db.example;Username=relayer;Password=s3cret")]
    [InlineData("Host=db.example;SSL Mode=Prefer")]
    [InlineData("Host=db.example;SslMode=Disable")]
    [InlineData("Host=127.0.0.1,db.example")]
    [InlineData("Server=10.0.0.7:5433;SSL Mode=Allow")]
    public void PostgreSQL_of_another_machine_is_asked_for_TLS(string connection)
    {
        var fault = Assert.Single(Check(With(Database, $"{connection};Database=relayer")));
        Assert.StartsWith($"{Database}: does not ask for TLS", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
        Assert.Empty(Check(new(With(Database, $"{connection};Database=relayer")) { ["Environment"] = "Development" }));
    }

    [Theory]
    [InlineData("Host=db.example;SSL Mode=VerifyFull")]
    [InlineData("Host=db.example;SslMode=VerifyCA")]
    [InlineData("Host=db.example;SSL Mode=Require")]
    [InlineData("Host=127.0.0.1,localhost:5433,[::1]:5434,::1")]
    [InlineData("Host=/var/run/postgresql")]
    public void TLS_or_this_machine_passes(string connection) => Assert.Empty(Check(With(Database, $"{connection};Database=relayer")));

    [Theory]
    [InlineData(Target, Forwarder, "is a forwarder: users could call anything through it")]
    [InlineData(Target, "0xcA11bde05977b3631167028862bE2a173976CA11", "is Multicall3: users could call anything through it")]
    [InlineData(Target, Multicall, "is the settlement keeper's multicall: users could call anything")]
    [InlineData(Function, "*", "allows every function")]
    public void A_target_through_which_anything_is_called_wants_an_explicit_yes(string key, string value, string fault)
    {
        var settings = new Dictionary<string, string?>(Sound)
        {
            ["Hermes:Url"] = "https://hermes.example",
            ["Chains:main:Keepers:Settlement:Market"] = "0x0A2AF931eFFd34b81ebcc57E3d3c9B1E1dE1C9Ce",
            ["Chains:main:Keepers:Settlement:Multicall"] = Multicall,
            ["Environment"] = "Development",
        };
        var before = Check(settings);
        settings[key] = value;

        Assert.StartsWith($"{key}: {fault}", Assert.Single(Check(settings).Except(before)), StringComparison.Ordinal);
        settings["Chains:main:Policy:Targets:0:AllowAnyCall"] = "true";
        Assert.Equal(before, Check(settings));
    }
}
