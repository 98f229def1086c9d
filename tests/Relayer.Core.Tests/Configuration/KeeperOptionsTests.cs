using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

public sealed class KeeperOptionsTests
{
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
    [InlineData("16777217", "must be at most 16777216 (EIP-7825)")]
    [InlineData("9223372036854775807", "must be at most 16777216 (EIP-7825)")]
    [InlineData("20999", "is 20999; it must be at least 21000")]
    public void A_settlement_that_no_transaction_has_gas_for_is_a_fault(string value, string expected)
    {
        Dictionary<string, string?> settles = new(Sound)
        {
            ["Hermes:Url"] = "https://hermes.example",
            ["Chains:main:Keepers:Settlement:Market"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            ["Chains:main:Keepers:Settlement:Multicall"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        };
        Assert.Empty(Check(settles));
        var fault = Assert.Single(Check(new(settles) { ["Chains:main:Keepers:Settlement:GasLimit"] = value }));
        Assert.StartsWith($"Chains:main:Keepers:Settlement:GasLimit: {expected}", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_liquidation_that_no_transaction_has_gas_for_is_a_fault()
    {
        Dictionary<string, string?> liquidates = new(Sound)
        {
            ["Hermes:Url"] = "https://hermes.example",
            ["Chains:main:Keepers:Liquidation:Market"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            ["Chains:main:Keepers:Liquidation:Multicall"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            ["Chains:main:Keepers:Liquidation:GasLimit"] = "16777216",
        };
        Assert.Empty(Check(liquidates));
        liquidates["Chains:main:Keepers:Liquidation:GasLimit"] = "16777217";
        Assert.Equal(["Chains:main:Keepers:Liquidation:GasLimit: must be at most 16777216 (EIP-7825)"], Check(liquidates));
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
}
