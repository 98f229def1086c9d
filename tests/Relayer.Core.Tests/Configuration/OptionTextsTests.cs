using Nethereum.Web3;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Views;
using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

/// <summary>Amounts and addresses get from their texts into options, or are told.</summary>
public sealed class OptionTextsTests
{
    private const string Text = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    private const string NoWei = "is not a whole number of wei in decimal digits";
    private static readonly Address Account = Address.Parse(Text);

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_the_other_faults_and_each_only_once()
    {
        var faults = Check(new(Accounts)
        {
            ["Chains:main:Fees:MaxFeePerGasWei"] = "lots",
            ["Chains:main:Fees:MinPriorityFeePerGasWei"] = "x",
            ["Chains:main:TopUps:TargetWei"] = "0x10",
            ["Chains:main:TopUps:LowDays"] = "-1",
            ["Chains:main:Forwarders:0:Address"] = "x",
            ["Chains:main:Signers:0:Address"] = "x",
            ["Chains:main:Council:Secret"] = "council",
            ["Chains:main:Council:Address"] = "x",
            ["Chains:main:Keepers:Deployment:Factory"] = "x",
            ["Chains:main:Keepers:Deployment:GasLimit"] = "1",
            ["Chains:main:Keepers:Redemption:Sources:there:Receiver"] = "",
            ["Chains:main:Keepers:Bridging:MinUsdc"] = "1.5",
            ["Chains:main:Keepers:Bridging:Signers:0"] = Text,
            ["Chains:main:Keepers:Bridging:Signers:1"] = "",
            ["Chains:main:Keepers:Bridging:Signers:2"] = "x",
            ["Chains:main:Keepers:Upkeeps:one:Address"] = "x",
        });

        string[] told =
        [
            "Chains:main:Council:Address: is not an address",
            "Chains:main:Fees:MaxFeePerGasWei: is not a whole",
            "Chains:main:Fees:MinPriorityFeePerGasWei: is not a whole",
            "Chains:main:Forwarders:0:Address: is not an address",
            "Chains:main:Keepers:Bridging:MinUsdc: is not a whole",
            "Chains:main:Keepers:Bridging:Signers:1: is missing",
            "Chains:main:Keepers:Bridging:Signers:2: is not an address",
            "Chains:main:Keepers:Deployment:Factory: is not an address",
            "Chains:main:Keepers:Deployment:GasLimit: is 1; it",
            "Chains:main:Keepers:Redemption:Sources:there:Receiver: is missing",
            "Chains:main:Keepers:Upkeeps:one:Address: is not an address",
            "Chains:main:Signers:0:Address: is not an address",
            "Chains:main:TopUps:LowDays: is -1; it",
            "Chains:main:TopUps:TargetWei: is not a whole",
        ];
        var sorted = faults.Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(told.Length, sorted.Length);
        Assert.All(told.Zip(sorted), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Settlement:WeiPerUsd")]
    [InlineData("Deployment:Usdc")]
    [InlineData("Bridging:MinUsdc")]
    [InlineData("Redemption:Signers:0")]
    public void A_keeper_that_is_not_configured_is_not_checked(string key) => Assert.Empty(Check(With($"Chains:main:Keepers:{key}", "x")));

    [Fact]
    public void What_is_not_set_keeps_its_default_and_an_empty_address_is_none()
    {
        var chain = RelayerOptions.Bind(Configure(With("Chains:main:Signers:0:Address", ""))).Chains["main"];

        Assert.Equal((Wei.FromGwei(500), Wei.FromGwei(5), null), (chain.Fees.MaxFeePerGasWei, chain.Fees.MaxPriorityFeePerGasWei, chain.Fees.MinPriorityFeePerGasWei));
        Assert.Null(chain.Signers[0].Address);
        Assert.Equal(Account, chain.Forwarders[0].Address);
    }

    [Fact]
    public void A_list_counts_its_items_as_the_binder_does()
    {
        var options = RelayerOptions.Bind(Configure(new(Sound)
        {
            ["Chains:main:Policy:Targets:0:Address"] = null,
            ["Chains:main:Policy:Targets:1"] = "no options",
            ["Chains:main:Policy:Targets:7:Address"] = Text,
        }));

        Assert.Equal([null, Account], options.Chains["main"].Policy.Targets.Select(target => target.Address));
    }

    [Fact]
    public void A_keeper_of_ones_own_may_have_them_in_lists_dictionaries_and_sections()
    {
        var options = Own(
            [("Floor", "5"), ("Friends:0", Text), ("Array:0", Text), ("Caps:a", "7"), ("Inner:Cap", "9"), ("Items:0:Cap", "11"), ("Named:x:Cap", "13")],
            out var faults);

        Assert.Empty(faults);
        Assert.Equal(new Wei(5), options.Floor);
        Assert.Equal([Account], options.Friends);
        Assert.Equal([Account], options.Array);
        Assert.Equal([("a", new Wei(7)), ("b", new Wei(1))], options.Caps.Select(cap => (cap.Key, cap.Value)).Order());
        Assert.Equal((new Wei(9), new Wei(11), new Wei(13)), (options.Inner.Cap, options.Items[0].Cap, options.Named["x"].Cap));
    }

    [Theory]
    [InlineData("Floor", "x", NoWei)]
    [InlineData("Friends:0", "x", "is not an address")]
    [InlineData("Array:0", "", "is missing")]
    [InlineData("Caps:a", "-1", NoWei)]
    [InlineData("Inner:Cap", "", NoWei)]
    [InlineData("Items:0:Cap", "1e3", NoWei)]
    [InlineData("Named:x:Cap", " 1", NoWei)]
    public void What_is_wrong_with_one_of_its_own_is_told_though_it_validates_nothing(string key, string value, string fault)
    {
        Own([(key, value)], out var faults);
        Assert.StartsWith($"Chains:main:Keepers:own:{key}: {fault}", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_settings_cannot_fill_is_refused_and_never_left_out()
    {
        var fault = Assert.Throws<NotSupportedException>(() => new OptionTexts().Fill(new Odd(), Configure([])));
        Assert.Contains("Odd.ByAccount", fault.Message, StringComparison.Ordinal);
    }

    private static OwnOptions Own((string Key, string Value)[] settings, out IReadOnlyList<string> faults)
    {
        var services = new Microsoft.Extensions.DependencyInjection.ServiceCollection();
        services.AddKeeper<OwnKeeper, OwnOptions>("own");
        var section = services.Select(service => service.ImplementationInstance).OfType<Core.Keepers.Engine.KeeperRegistration>().Single().Section;
        var values = new Dictionary<string, string?>(Sound);
        foreach (var (key, value) in settings)
        {
            values[$"Chains:main:Keepers:own:{key}"] = value;
        }

        var options = RelayerOptions.Bind(Configure(values), section);
        faults = RelayerOptionsValidator.Validate(options);
        return (OwnOptions)options.Chains["main"].Keepers.ListOwn()["own"];
    }

    private sealed class OwnKeeper : ViewKeeper<OwnOptions>
    {
        protected override Task<IReadOnlyList<DueWork>> LookAsync(IWeb3 web3, OwnOptions options, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }

    private sealed class OwnOptions : ViewKeeperOptions
    {
        public Wei? Floor { get; set; }

        public IList<Address> Friends { get; init; } = [Address.Zero];

        public Address[] Array { get; set; } = [];

        public Dictionary<string, Wei> Caps { get; init; } = new() { ["b"] = new Wei(1) };

        public Inner Inner { get; init; } = new();

        public IList<Inner> Items { get; init; } = [];

        public Dictionary<string, Inner> Named { get; init; } = [];
    }

    private sealed class Inner
    {
        public Wei Cap { get; set; } = new(3);
    }

    private sealed class Odd
    {
        public Dictionary<Address, string> ByAccount { get; init; } = [];
    }
}
