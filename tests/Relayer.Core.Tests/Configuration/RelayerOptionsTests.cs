using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Ethereum;
using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

public sealed class RelayerOptionsTests
{
    [Fact]
    public void Binds_every_part_and_keeps_defaults_for_the_rest()
    {
        var options = RelayerOptions.Bind(Configure(Sound));
        var chain = options.Chains["main"];

        Assert.Equal("Production", options.Environment);
        Assert.Equal("Host=db;Database=relayer;SSL Mode=VerifyFull", options.Database.ConnectionString);
        Assert.Equal(TimeSpan.FromMinutes(5), options.KeyVault.RefreshAfter);
        Assert.Equal(10, chain.ChainId);
        Assert.Equal([("https://one.example/key", "one.example"), ("https://two.example", "two.example")], chain.Rpc.Select(one => (one.Url, one.OperatorName)));
        Assert.Equal(TimeSpan.FromSeconds(10), chain.RpcTimeout);
        Assert.Equal("OpenZeppelin", Assert.Single(chain.Forwarders).Dialect);
        Assert.Equal("payer-1", Assert.Single(chain.Signers).Secret);
        Assert.Equal(Wei.FromGwei(500), chain.Fees.MaxFeePerGasWei);
        Assert.Equal(["increment()"], Assert.Single(chain.Policy.Targets).Functions);
        Assert.Empty(RelayerOptionsValidator.Validate(options));
    }

    [Fact]
    public void Values_of_the_wrong_type_are_named_by_their_keys_all_at_once_and_not_repeated()
    {
        var settings = With("Chains:main:ChainId", "ten");
        settings["Chains:main:RpcTimeout"] = "ten seconds";
        settings["Chains:main:MaxHeadLag"] = "s3cret";
        settings["Chains:main:Fees:Legacy"] = "perhaps";
        settings["Chains:main:Policy:Targets:0:MaxDataBytes"] = "99999999999";
        settings["Chains:main:Fees:MaxFeePerGasWei"] = "much";
        settings["Chains:main:Rpc:1"] = "nowhere";
        var faults = Check(settings);

        Assert.Equal(
            [
                "Chains:main:ChainId: is not a whole number, or too large a one",
                "Chains:main:Fees:Legacy: must be true or false",
                "Chains:main:Fees:MaxFeePerGasWei: is not a whole number of wei in decimal digits",
                "Chains:main:MaxHeadLag: is not a whole number, or too large a one",
                "Chains:main:Policy:Targets:0:MaxDataBytes: is not a whole number, or too large a one",
                "Chains:main:Rpc:1: is not an http or https URL",
                "Chains:main:RpcTimeout: is not a time such as 00:00:30",
            ],
            faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_no_time_is_told_for_every_option_that_is_one()
    {
        // Each option of a type that the binders read is looked at: what they refuse must have a fault of its own.
        foreach (var (section, type) in UnknownSettings.Known(Configure(new(Sound)
        {
            ["KeyVault:RefreshAfter"] = "x",
            ["Chains:main:Confirmations"] = "x",
            ["Chains:main:Policy:GasPerDay"] = "x",
            ["Chains:main:Fees:Legacy"] = "x",
            ["Admission:MaxBodyBytes"] = "x",
            ["Chains:main:Keepers:Redemption:Domain"] = "x",
            ["Chains:main:Keepers:Settlement:Scan:StartBlock"] = "x",
        }), []).Where(setting => setting.Section.Value == "x"))
        {
            Assert.True(Check(With(section.Path, "x")).Any(fault => fault.StartsWith($"{section.Path}: ", StringComparison.Ordinal)), $"{section.Path} ({type})");
        }
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
    public void A_function_named_twice_is_refused_and_a_target_may_have_an_entry_for_each_function()
    {
        var twice = With("Chains:main:Policy:Targets:1:Address", "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359");
        twice["Chains:main:Policy:Targets:1:Functions:0"] = "*";
        twice["Chains:main:Policy:Targets:1:AllowAnyCall"] = "true";
        twice["Chains:main:Policy:Targets:1:Encoding"] = "any";
        Assert.Empty(Check(twice));

        twice["Chains:main:Policy:Targets:1:Functions:1"] = "0xd09de08a"; // increment()
        Assert.StartsWith("Chains:main:Policy:Targets:1:Functions:1: is named twice", Assert.Single(Check(twice)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Function", "isAccount(uint256)", "Function: is not a canonical signature of one address")]
    [InlineData("Function", "*", "Function: is not")]
    [InlineData("Function", "isAccount(address )", "Function: is not")]
    [InlineData("Function", "members(address)", "")]
    [InlineData("CacheFor", "00:00:00", "CacheFor: must be above 0")]
    [InlineData("CacheNoFor", "2.00:00:00", "CacheNoFor: must be above 0 and at most a day")]
    public void The_contract_that_admits_users_is_asked_about_one_address(string key, string value, string expected)
    {
        var settings = With($"Chains:main:Policy:Admission:{key}", value);
        settings["Chains:main:Policy:Admission:Contract"] = "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359";
        var faults = Check(settings);

        Assert.Equal(expected.Length == 0 ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith($"Chains:main:Policy:Admission:{expected}", fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Url", "http://approve.example", "Url: is not an https URL")]
    [InlineData("Secret", "", "Secret: is missing")]
    [InlineData("Secret", "no secret's name", "Secret: is not a Key Vault secret name")]
    [InlineData("Timeout", "00:00:06", "Timeout: must be above 0 and at most 5 seconds")]
    [InlineData("OnFailure", "ignore", "OnFailure: must be deny or allow")]
    [InlineData("OnFailure", "allow", "")]
    public void Who_approves_requests_is_asked_with_a_signature_and_not_for_long(string key, string value, string expected)
    {
        var settings = With("Chains:main:Policy:Approval:Url", "https://approve.example/ask");
        settings["Chains:main:Policy:Approval:Secret"] = "approval";
        settings[$"Chains:main:Policy:Approval:{key}"] = value;
        var faults = Check(settings);

        Assert.Equal(expected.Length == 0 ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith($"Chains:main:Policy:Approval:{expected}", fault, StringComparison.Ordinal));
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
    [InlineData("KeyVault:CouncilUri", "http://vault.example", "KeyVault:CouncilUri: is not an https URL")]
    [InlineData("KeyVault:CouncilIdentity", "id-council", "KeyVault:CouncilIdentity: is not a client id")]
    [InlineData("KeyVault:RefreshAfter", "00:00:00", "KeyVault:RefreshAfter:")]
    [InlineData("KeyVault:Timeout", "00:00:31", "KeyVault:Timeout:")]
    [InlineData("KeyVault:RetireAfter", "-00:00:01", "KeyVault:RetireAfter:")]
    [InlineData("Chains:main:ChainId", "0", "Chains:main:ChainId:")]
    [InlineData("Chains:main:ChainId", "-1", "Chains:main:ChainId:")]
    [InlineData("Chains:main:Confirmations", "-1", "Chains:main:Confirmations:")]
    [InlineData("Chains:main:Rpc:1", "two.example", "Chains:main:Rpc:1: is not an http")]
    [InlineData("Chains:main:Rpc:1", "wss://two.example", "Chains:main:Rpc:1: is not an http")]
    [InlineData("Chains:main:Rpc:1", "", "Chains:main:Rpc:1: is not an http")]
    [InlineData("Chains:main:Rpc:1", "https://two.example/v2/<key>", "Chains:main:Rpc:1: has characters that no URL has")]
    [InlineData("Chains:main:Rpc:1", "https://two.example/${KEY}", "Chains:main:Rpc:1: has characters that no URL has")]
    [InlineData("Chains:main:RpcTimeout", "00:00:00", "Chains:main:RpcTimeout:")]
    [InlineData("Chains:main:BlockTime", "02:00:00", "Chains:main:BlockTime: must be above 0 and at most an hour")]
    [InlineData("Chains:main:StandstillAfter", "00:00:00", "Chains:main:StandstillAfter: must be above 0")]
    [InlineData("Chains:main:StandstillAfter", "00:00:05", "Chains:main:StandstillAfter: is less than three blocks' time")]
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
    [InlineData("Chains:main:Fees:DataFees", "zk", "Chains:main:Fees:DataFees: must be none, op or arbitrum")]
    [InlineData("Chains:main:Fees:DataFeePercent", "99", "Chains:main:Fees:DataFeePercent: must be from 100 to 1,000")]
    [InlineData("Chains:main:Fees:DataFeeWei", "0x10", "Chains:main:Fees:DataFeeWei: is not a whole number")]
    [InlineData("Chains:main:Policy:Targets:0:Address", "nobody", "Chains:main:Policy:Targets:0:Address: is not an address")]
    [InlineData("Chains:main:Policy:Targets:0:Functions:0", "increment(uint)", "Chains:main:Policy:Targets:0:Functions:0: is neither")]
    [InlineData("Chains:main:Policy:Targets:0:MaxDataBytes", "3", "Chains:main:Policy:Targets:0:MaxDataBytes: must be from 4 to 122880 bytes")]
    [InlineData("Chains:main:Policy:Targets:0:Encoding", "loose", "Chains:main:Policy:Targets:0:Encoding: must be canonical or any")]
    [InlineData("Chains:main:Policy:MaxDataBytes", "122881", "Chains:main:Policy:MaxDataBytes: must be from 4 to 122880 bytes")]
    [InlineData("Chains:main:Policy:MaxGas", "0", "Chains:main:Policy:MaxGas:")]
    [InlineData("Chains:main:Policy:MaxValueWei", "one", "Chains:main:Policy:MaxValueWei:")]
    [InlineData("Chains:main:Budgets:HourWei", "1 ether", "Chains:main:Budgets:HourWei: is not a whole number")]
    [InlineData("Chains:main:Budgets:DayWei", "None", "Chains:main:Budgets:DayWei: is not a whole number")]
    [InlineData("Chains:main:Budgets:UserHourWei", "-1", "Chains:main:Budgets:UserHourWei: is not a whole number")]
    [InlineData("Chains:main:Budgets:UserDayWei", "0x10", "Chains:main:Budgets:UserDayWei: is not a whole number")]
    [InlineData("Chains:main:Policy:Targets:0:HourWei", "all", "Chains:main:Policy:Targets:0:HourWei: is not a whole number")]
    [InlineData("Chains:main:Policy:Targets:0:DayWei", "1e18", "Chains:main:Policy:Targets:0:DayWei: is not a whole number")]
    [InlineData("Chains:main:Policy:MaxDataBytes", "-1", "Chains:main:Policy:MaxDataBytes:")]
    [InlineData("Chains:main:Policy:MinDeadline", "-00:00:01", "Chains:main:Policy:MinDeadline:")]
    [InlineData("Chains:main:Policy:MaxDeadline", "00:00:05", "Chains:main:Policy:MaxDeadline:")]
    [InlineData("Chains:main:Policy:MaxDeadline", "366.00:00:00", "Chains:main:Policy:MaxDeadline: must be at most a year")]
    [InlineData("Chains:main:Policy:TimeToLive", "00:00:00", "Chains:main:Policy:TimeToLive:")]
    [InlineData("Chains:main:Policy:TimeToLive", "10675199.00:00:00", "Chains:main:Policy:TimeToLive: must be at most a year")]
    [InlineData("Chains:main:Policy:Targets:0:Callers", "some", "Chains:main:Policy:Targets:0:Callers: must be any, known or clients")]
    [InlineData("Chains:main:Policy:Admission:Contract", "0x1", "Chains:main:Policy:Admission:Contract: is not an address")]
    [InlineData("Admission:AttemptsPerMinutePerUser", "0", "Admission:AttemptsPerMinutePerUser: is 0")]
    [InlineData("Admission:MaxRequests", "0", "Admission:MaxRequests: is 0")]
    [InlineData("Admission:MaxWaiting", "-1", "Admission:MaxWaiting: is -1")]
    [InlineData("Admission:MaxBodyBytes", "1048576", "Admission:MaxBodyBytes: is 1048576; it must be at least 2097152")]
    [InlineData("Admission:MaxWait", "00:02:00", "Admission:MaxWait: must be above 0 and at most a minute")]
    [InlineData("Admission:ReadsKeptFor", "01:00:00", "Admission:ReadsKeptFor: must be from 0 to a minute")]
    [InlineData("Admission:TrustedProxies:0", "a proxy", "Admission:TrustedProxies:0: is not an address")]
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

    [Fact]
    public void Budgets_are_taken_for_granted_only_where_the_coin_is_ether_and_those_of_value_never()
    {
        var settings = new Dictionary<string, string?>(With("Chains:main:ChainId", "137")) { ["Chains:main:Fees:MaxPriorityFeePerGasWei"] = "100000000000" };
        var elsewhere = Check(settings);
        Assert.Equal(
            ["HourWei", "DayWei", "UserHourWei", "UserDayWei"], elsewhere.Select(fault => fault.Split(':')[3]));
        Assert.All(elsewhere, fault => Assert.Contains("must be written out", fault, StringComparison.Ordinal));
        Assert.Equal(
            ["ValueHourWei", "ValueDayWei"], Check(With("Chains:main:Policy:MaxValueWei", "1")).Select(fault => fault.Split(':')[3]));

        var written = new Dictionary<string, string?>(settings);
        foreach (var name in new[] { "HourWei", "DayWei", "UserHourWei", "UserDayWei" })
        {
            written[$"Chains:main:Budgets:{name}"] = "none";
        }

        Assert.Empty(Check(written));
    }

    [Theory]
    [InlineData("5000000000", null, true)]
    [InlineData("24999999999", null, true)]
    [InlineData("25000000000", null, false)]
    [InlineData("5000000000", "1", false)] // Somebody who knows better.
    public void A_cap_below_the_least_tip_that_a_chain_is_known_to_want_is_refused_unless_it_is_written_out(string cap, string? least, bool isRefused)
    {
        var settings = With("Chains:main:ChainId", "137");
        settings["Chains:main:Fees:MaxPriorityFeePerGasWei"] = cap;
        settings["Chains:main:Fees:MinPriorityFeePerGasWei"] = least;
        var faults = Check(settings).Where(fault => !fault.Contains(":Budgets:", StringComparison.Ordinal)).ToArray();

        Assert.Equal(isRefused ? 1 : 0, faults.Length);
        Assert.All(faults, fault => Assert.StartsWith("Chains:main:Fees:MaxPriorityFeePerGasWei: is below 25000000000 wei", fault, StringComparison.Ordinal));
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
        Assert.Contains("Chains: at least one chain is needed", Check(new() { ["Database:ConnectionString"] = "Host=localhost;Database=relayer" }));
}
