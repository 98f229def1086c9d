using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration;

namespace Relayer.Core.Tests.Configuration;

public sealed class RelayerOptionsTests
{
    private const string LiteralKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    [Fact]
    public void Binds_every_part_and_keeps_defaults_for_the_rest()
    {
        var options = RelayerOptions.Bind(Configure(Sound));
        var chain = options.Chains["main"];

        Assert.Equal("Production", options.Environment);
        Assert.Equal("Host=db", options.Database.ConnectionString);
        Assert.Equal(TimeSpan.FromMinutes(5), options.KeyVault.RefreshAfter);
        Assert.Equal(10, chain.ChainId);
        Assert.Equal(["https://one.example/key", "https://two.example"], chain.Rpc);
        Assert.Equal(TimeSpan.FromSeconds(10), chain.RpcTimeout);
        Assert.Equal("OpenZeppelin", Assert.Single(chain.Forwarders).Dialect);
        Assert.Equal("payer-1", Assert.Single(chain.Signers).Secret);
        Assert.Equal("500000000000", chain.Fees.MaxFeePerGasWei);
        Assert.Equal(["increment()"], Assert.Single(chain.Policy.Targets).Functions);
        Assert.Empty(RelayerOptionsValidator.Validate(options));
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_named_by_its_key()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => RelayerOptions.Bind(Configure(With("Chains:main:ChainId", "ten"))));
        Assert.Contains("Chains:main:ChainId", fault.Message, StringComparison.Ordinal);
    }

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
    public void Silent_price_services_may_take_half_a_minute_together()
    {
        var two = With("Hermes:Url", "https://hermes.example");
        two["Hermes:Fallbacks:0:Url"] = "https://another.example";
        Assert.Empty(Check(new(two) { ["Hermes:Timeout"] = "00:00:15" }));
        var fault = Assert.Single(Check(new(two) { ["Hermes:Timeout"] = "00:00:16" }));
        Assert.StartsWith("Hermes:Timeout: must be above 0 and at most 30 seconds, for all services together", fault, StringComparison.Ordinal);
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

    [Fact]
    public void A_crash_point_is_for_development_alone_and_must_be_known()
    {
        Assert.Equal("CrashPoints:At: is for Development only", Assert.Single(Check(With("CrashPoints:At", "submit.signed"))));

        var unknown = With("CrashPoints:At", "somewhere");
        unknown["Environment"] = "Development";
        Assert.StartsWith("CrashPoints:At: is not one of migration.applied, ", Assert.Single(Check(unknown)), StringComparison.Ordinal);

        Assert.StartsWith("CrashPoints:Occurrence: ", Assert.Single(Check(With("CrashPoints:Occurrence", "0"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_listed_twice_is_refused()
    {
        var twice = With("Chains:main:Policy:Targets:1:Address", "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359");
        twice["Chains:main:Policy:Targets:1:Functions:0"] = "*";
        Assert.StartsWith("Chains:main:Policy:Targets:1:Address: is listed twice", Assert.Single(Check(twice)), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_chains_of_one_id_are_refused()
    {
        var twice = new Dictionary<string, string?>(Sound);
        foreach (var (key, value) in Sound.Where(entry => entry.Key.StartsWith("Chains:", StringComparison.Ordinal)))
        {
            twice[key.Replace(":main:", ":other:", StringComparison.Ordinal)] = value;
        }

        Assert.Equal(["Chains:other:ChainId: 10 is already that of Chains:main"], Check(twice));
    }

    [Theory]
    [InlineData("Database:ConnectionString", "", "Database:ConnectionString: is missing")]
    [InlineData("KeyVault:Uri", "", "KeyVault:Uri: is missing")]
    [InlineData("KeyVault:Uri", "http://vault.example", "KeyVault:Uri: is not an https URL")]
    [InlineData("KeyVault:RefreshAfter", "00:00:00", "KeyVault:RefreshAfter:")]
    [InlineData("KeyVault:Timeout", "00:00:31", "KeyVault:Timeout:")]
    [InlineData("KeyVault:RetireAfter", "-00:00:01", "KeyVault:RetireAfter:")]
    [InlineData("Chains:main:ChainId", "0", "Chains:main:ChainId:")]
    [InlineData("Chains:main:ChainId", "-1", "Chains:main:ChainId:")]
    [InlineData("Chains:main:Confirmations", "-1", "Chains:main:Confirmations:")]
    [InlineData("Chains:main:Rpc:1", "two.example", "Chains:main:Rpc:1: is not an http")]
    [InlineData("Chains:main:Rpc:1", "wss://two.example", "Chains:main:Rpc:1: is not an http")]
    [InlineData("Chains:main:Rpc:1", "", "Chains:main:Rpc:1: is not an http")]
    [InlineData("Chains:main:RpcTimeout", "00:00:00", "Chains:main:RpcTimeout:")]
    [InlineData("Hermes:Secret", "a b", "Hermes:Secret: is not a Key Vault secret name")]
    [InlineData("Hermes:Key", "abc", "Hermes:Key: a literal key is accepted only when Environment is Development")]
    [InlineData("Hermes:Timeout", "00:00:31", "Hermes:Timeout:")]
    [InlineData("Chains:main:Forwarders:0:Address", "", "Chains:main:Forwarders:0:Address: is missing")]
    [InlineData("Chains:main:Forwarders:0:Address", "0x1234", "Chains:main:Forwarders:0:Address: is not an address")]
    [InlineData(
        "Chains:main:Forwarders:0:Address", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "Chains:main:Forwarders:0:Address: is not an address")]
    [InlineData(
        "Chains:main:Forwarders:0:Address",
        "0x0000000000000000000000000000000000000000",
        "Chains:main:Forwarders:0:Address: is the zero address")]
    [InlineData("Chains:main:Forwarders:0:Dialect", "GSN", "Chains:main:Forwarders:0:Dialect: must be")]
    [InlineData("Chains:main:Forwarders:0:Name", "", "Chains:main:Forwarders:0:Name: is missing")]
    [InlineData("Chains:main:Signers:0:Secret", "", "Chains:main:Signers:0: has neither")]
    [InlineData("Chains:main:Signers:0:Secret", "pay er", "Chains:main:Signers:0:Secret: is not a Key Vault secret name")]
    [InlineData("Chains:main:Signers:0:Key", LiteralKey, "Chains:main:Signers:0: has both")]
    [InlineData("Chains:main:Signers:0:Address", "0x12", "Chains:main:Signers:0:Address: is not an address")]
    [InlineData("Chains:main:Signers:1:Secret", "payer-1", "Chains:main:Signers:1: is the same as one before it")]
    [InlineData("Chains:main:Fees:MaxFeePerGasWei", "1.5", "Chains:main:Fees:MaxFeePerGasWei: is not a whole number")]
    [InlineData("Chains:main:Fees:MaxFeePerGasWei", "-5", "Chains:main:Fees:MaxFeePerGasWei: is not a whole number")]
    [InlineData("Chains:main:Fees:MaxFeePerGasWei", "1e9", "Chains:main:Fees:MaxFeePerGasWei: is not a whole number")]
    [InlineData("Chains:main:Fees:MaxPriorityFeePerGasWei", "500000000001", "Chains:main:Fees:MaxPriorityFeePerGasWei: is above")]
    [InlineData("Chains:main:Fees:MinPriorityFeePerGasWei", "5000000001", "Chains:main:Fees:MinPriorityFeePerGasWei: is above")]
    [InlineData("Chains:main:Fees:BaseFeePercent", "99", "Chains:main:Fees:BaseFeePercent: is 99")]
    [InlineData("Chains:main:Fees:MaxAge", "-00:00:01", "Chains:main:Fees:MaxAge:")]
    [InlineData("Chains:main:Fees:Speed", "warp", "Chains:main:Fees:Speed: must be slow, standard or fast")]
    [InlineData("Chains:main:Fees:BumpAfter", "00:00:00", "Chains:main:Fees:BumpAfter:")]
    [InlineData("Chains:main:Fees:BumpEvery", "-00:00:01", "Chains:main:Fees:BumpEvery:")]
    [InlineData("Chains:main:Fees:CloseBefore", "-00:00:01", "Chains:main:Fees:CloseBefore:")]
    [InlineData("Chains:main:Fees:DataGas", "-1", "Chains:main:Fees:DataGas:")]
    [InlineData("Chains:main:Fees:DataFeeWei", "0x10", "Chains:main:Fees:DataFeeWei: is not a whole number")]
    [InlineData("Chains:main:Policy:Targets:0:Address", "nobody", "Chains:main:Policy:Targets:0:Address: is not an address")]
    [InlineData("Chains:main:Policy:Targets:0:Functions:0", "increment(uint)", "Chains:main:Policy:Targets:0:Functions:0: is neither")]
    [InlineData("Chains:main:Policy:MaxGas", "0", "Chains:main:Policy:MaxGas:")]
    [InlineData("Chains:main:Policy:MaxValueWei", "one", "Chains:main:Policy:MaxValueWei:")]
    [InlineData("Chains:main:Policy:MaxDataBytes", "-1", "Chains:main:Policy:MaxDataBytes:")]
    [InlineData("Chains:main:Policy:MinDeadline", "-00:00:01", "Chains:main:Policy:MinDeadline:")]
    [InlineData("Chains:main:Policy:MaxDeadline", "00:00:05", "Chains:main:Policy:MaxDeadline:")]
    [InlineData("Chains:main:Policy:MaxDeadline", "366.00:00:00", "Chains:main:Policy:MaxDeadline: must be at most a year")]
    [InlineData("Chains:main:Policy:TimeToLive", "00:00:00", "Chains:main:Policy:TimeToLive:")]
    [InlineData("Chains:main:Policy:TimeToLive", "10675199.00:00:00", "Chains:main:Policy:TimeToLive: must be at most a year")]
    [InlineData("Admission:MaxRequests", "0", "Admission:MaxRequests: is 0")]
    [InlineData("Hermes:Fallbacks:0:Url", "", "Hermes:Fallbacks:0:Url: is not an http or https URL")]
    [InlineData("Hermes:Fallbacks:0:Url", "ftp://hermes.example", "Hermes:Fallbacks:0:Url: is not an http or https URL")]
    [InlineData("Chains:main:Batching:MaxRequests", "0", "Chains:main:Batching:MaxRequests: must be from 1 to 200")]
    [InlineData("Chains:main:Batching:MaxRequests", "201", "Chains:main:Batching:MaxRequests:")]
    [InlineData("Chains:main:Batching:MaxGas", "0", "Chains:main:Batching:MaxGas:")]
    [InlineData("Chains:main:Batching:MaxGas", "16777217", "Chains:main:Batching:MaxGas: must be from 1 to 16777216 (EIP-7825)")]
    [InlineData("Chains:main:MaxInFlightPerSigner", "0", "Chains:main:MaxInFlightPerSigner: is 0")]
    [InlineData("Chains:main:Policy:RelaysPerMinute", "0", "Chains:main:Policy:RelaysPerMinute:")]
    [InlineData("Chains:main:Policy:GasPerDay", "-1", "Chains:main:Policy:GasPerDay:")]
    public void Each_fault_is_named_by_its_key(string key, string value, string expected)
    {
        var fault = Assert.Single(Check(With(key, value)));
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Deployment:Factory", "0x12", "Deployment:Factory: is not an address")]
    [InlineData("Deployment:Usdc", "", "Deployment:Usdc: is missing")]
    [InlineData("Deployment:MaxLossPerActionWei", "1499999", "Deployment:MaxLossPerActionWei: can never be enough: one action may use 1500000 gas")]
    [InlineData("Bridging:MaxLossPerActionWei", "0", "Bridging:MaxLossPerActionWei: can never be enough")]
    [InlineData("Redemption:MaxLossPerDayWei", "399999", "Redemption:MaxLossPerDayWei: can never be enough")]
    [InlineData("Deployment:MinUsdc", "0", "Deployment:MinUsdc: is zero, and so is MinWei")]
    [InlineData("Deployment:Mode", "Profit", "Deployment:Mode: must be Backstop")]
    [InlineData("Bridging:MinUsdc", "0", "Bridging:MinUsdc: must be above 0")]
    [InlineData("Bridging:GasLimit", "1", "Bridging:GasLimit: is 1; it must be at least 21000")]
    [InlineData("Bridging:AccountsPerRun", "0", "Bridging:AccountsPerRun: is 0")]
    [InlineData("Redemption:Domain", "-1", "Redemption:Domain: must be Circle's number")]
    [InlineData("Redemption:GiveUpAfter", "00:00:00", "Redemption:GiveUpAfter: must be above 0")]
    [InlineData("Redemption:Sources:there:ChainId", "11", "Redemption:Sources:there:ChainId: is not that of a configured chain")]
    [InlineData("Redemption:Sources:there:Domain", "6", "Redemption:Sources:there:Domain: is that of the chain itself")]
    [InlineData("Redemption:Sources:there:Messenger", "x", "Redemption:Sources:there:Messenger: is not an address")]
    public void Each_fault_of_the_keepers_of_accounts_is_named_by_its_key(string key, string value, string expected)
    {
        Assert.Empty(Check(Accounts));
        var fault = Assert.Single(Check(new(Accounts) { [$"Chains:main:Keepers:{key}"] = value }));
        Assert.StartsWith($"Chains:main:Keepers:{expected}", fault, StringComparison.Ordinal);
        Assert.Equal(["Circle:Url: is missing, though burns are to be redeemed"], Check(new(Accounts) { ["Circle:Url"] = "" }));
        Assert.Equal(["Circle:Url: is not an http or https URL"], Check(new(Accounts) { ["Circle:Url"] = "ftp://circle.example" }));
    }

    [Theory]
    [InlineData("KeeperRecords:KeepFor", "23:59:59", "must be at least a day")]
    [InlineData("Chains:main:Keepers:Redemption:Sources:there:Scan:RecoverBlocks", "172784", "must be above 30.00:00:00: Chains:main:Keepers:Redemption:Sources:there:Scan looks back")]
    [InlineData("Chains:main:Keepers:Redemption:GiveUpAfter", "31.00:00:00", "must not be below Chains:main:Keepers:Redemption:GiveUpAfter")]
    public void Nothing_is_forgotten_that_a_scan_may_come_upon_again(string key, string value, string expected) => Assert.Contains(
        Check(new(Accounts) { [key] = value }), fault => fault.StartsWith($"KeeperRecords:KeepFor: {expected}", StringComparison.Ordinal));

    [Theory]
    [InlineData("GasPerOrder", "16177217")]
    [InlineData("GasBase", "15577217")]
    [InlineData("GasBase", "9223372036854775807")]
    public void An_order_that_no_transaction_has_gas_for_is_a_fault(string key, string value)
    {
        Dictionary<string, string?> settles = new(Sound)
        {
            ["Hermes:Url"] = "https://hermes.example",
            ["Chains:main:Keepers:Settlement:Market"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            ["Chains:main:Keepers:Settlement:Multicall"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        };
        Assert.Empty(Check(settles));
        var fault = Assert.Single(Check(new(settles) { [$"Chains:main:Keepers:Settlement:{key}"] = value }));
        Assert.StartsWith("Chains:main:Keepers:Settlement:GasPerOrder: one order would ask for more than 16777216 gas", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_wrong_is_said_at_once_and_no_secret_with_it()
    {
        var faults = string.Join('\n', RelayerOptionsValidator.Validate(RelayerOptions.Bind(Configure(new()
        {
            ["Chains:main:Rpc:0"] = "ftp://node.example/secret-token",
            ["Chains:main:Signers:0:Key"] = LiteralKey + "ff",
        }))));

        Assert.Contains("Database:ConnectionString", faults, StringComparison.Ordinal);
        Assert.Contains("Chains:main:ChainId", faults, StringComparison.Ordinal);
        Assert.Contains("Chains:main:Rpc:0", faults, StringComparison.Ordinal);
        Assert.Contains("Chains:main:Signers:0:Key: is not 32 bytes", faults, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", faults, StringComparison.Ordinal);
        Assert.DoesNotContain(LiteralKey[2..12], faults, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_without_chains_is_refused() =>
        Assert.Contains("Chains: at least one chain is needed", Check(new() { ["Database:ConnectionString"] = "Host=db" }));

    private static readonly Dictionary<string, string?> Sound = new()
    {
        ["Database:ConnectionString"] = "Host=db",
        ["KeyVault:Uri"] = "https://relayer.vault.azure.net/",
        ["Chains:main:ChainId"] = "10",
        ["Chains:main:Rpc:0"] = "https://one.example/key",
        ["Chains:main:Rpc:1"] = "https://two.example",
        ["Chains:main:Forwarders:0:Address"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Forwarders:0:Dialect"] = "OpenZeppelin",
        ["Chains:main:Forwarders:0:Name"] = "Forwarder",
        ["Chains:main:Signers:0:Secret"] = "payer-1",
        ["Chains:main:Policy:Targets:0:Address"] = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        ["Chains:main:Policy:Targets:0:Functions:0"] = "increment()",
    };

    private static readonly Dictionary<string, string?> Accounts = new(Sound)
    {
        ["Circle:Url"] = "https://circle.example",
        ["Chains:main:Keepers:Deployment:Factory"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Deployment:Usdc"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Bridging:Usdc"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Redemption:Domain"] = "6",
        ["Chains:main:Keepers:Redemption:Sources:there:ChainId"] = "10",
        ["Chains:main:Keepers:Redemption:Sources:there:Domain"] = "2",
        ["Chains:main:Keepers:Redemption:Sources:there:Transmitter"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Redemption:Sources:there:Messenger"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Redemption:Sources:there:Receiver"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    };

    private static Dictionary<string, string?> With(string key, string value) => new(Sound) { [key] = value };

    private static IReadOnlyList<string> Check(Dictionary<string, string?> values) =>
        RelayerOptionsValidator.Validate(RelayerOptions.Bind(Configure(values)));

    private static IConfiguration Configure(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();
}
