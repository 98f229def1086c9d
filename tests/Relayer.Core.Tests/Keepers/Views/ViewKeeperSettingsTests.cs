using DevChain;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Views;
using SampleKeepers;

namespace Relayer.Core.Tests.Keepers.Views;

/// <summary>The section of a keeper of one's own: bound, checked and known with all others.</summary>
public sealed class ViewKeeperSettingsTests
{
    private const string At = "Chains:base:Keepers:Book";
    private const string Address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    private static readonly Address Account = Core.Ethereum.Address.Parse(Address);

    private static KeeperSection Section { get; } = Assert.IsType<KeeperRegistration>(
        Assert.Single(Register("book"), service => service.ServiceType == typeof(KeeperRegistration)).ImplementationInstance, exactMatch: false).Section;

    [Fact]
    public void Its_options_are_bound_from_the_section_of_its_name_with_the_limits_of_every_keeper()
    {
        var options = Assert.IsType<BookOptions>(Bind((":Book", Address), (":Every", "00:01:00"), (":MaxLossPerDayWei", "5"), (":Signers:0", Address)));
        Assert.Equal((Account, TimeSpan.FromMinutes(1), new Wei(5), Account), (options.Book, options.Every, options.MaxLossPerDayWei, options.Signers[0]));
        Assert.Null(Bind());
    }

    [Theory]
    [InlineData(":Book", "0x12", "is not an address")]
    [InlineData(":Every", "00:00:00", "must be above 0")]
    [InlineData(":Every", "often", "is not a time")]
    [InlineData(":GasLimit", "20999", "it must be at least 21000")]
    [InlineData(":GasLimit", "16777217", "must be at most 16777216")]
    [InlineData(":MaxLossPerActionWei", "a lot", "is not a whole number of wei")]
    [InlineData(":MaxLossPerActionWei", "1", "can never be enough")]
    [InlineData(":TimeToLive", "2.00:00:00", "at most a day")]
    [InlineData(":Mode", "Hope", "must be Backstop or Profit")]
    public void What_is_wrong_with_it_is_told_with_its_key_at_the_start(string key, string value, string fault)
    {
        var faults = RelayerOptionsValidator.Validate(RelayerOptions.Bind(Configure((key, value), (":Book", Address)), Section));
        Assert.Contains(faults, one => one.StartsWith($"Chains:base:Keepers:book{key}: ", StringComparison.OrdinalIgnoreCase) && one.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Its_settings_are_known_and_what_is_misspelt_among_them_is_found()
    {
        var settings = Configure((":Book", Address), (":Every", "00:01:00"), (":GasLimt", "1"), (":Signers:0", Address));
        Assert.Equal([$"{At}:GasLimt"], UnknownSettings.Find(settings, Section));
        Assert.Equal([At], UnknownSettings.Find(settings));
    }

    [Theory]
    [InlineData("settlement")]
    [InlineData("upkeeps")]
    [InlineData("relay")]
    [InlineData("noop")]
    [InlineData("Book")]
    [InlineData("a book")]
    [InlineData("")]
    public void A_name_that_is_taken_or_none_is_refused(string name) => Assert.Throws<ArgumentException>(() => Register(name));

    [Fact]
    public void A_second_one_of_the_same_name_and_one_after_the_settings_were_read_are_refused()
    {
        var services = Register("book");
        Assert.Throws<ArgumentException>(() => services.AddKeeper<BookKeeper, BookOptions>("book"));
        services.AddKeeper<BookKeeper, BookOptions>("book-2").AddSingleton(new RelayerOptions());
        Assert.Throws<InvalidOperationException>(() => services.AddKeeper<BookKeeper, BookOptions>("book-3"));
    }

    [Fact]
    public void The_same_key_is_the_same_work_until_it_is_over_and_what_was_given_up_rests()
    {
        var limits = KeeperLimits.From("book", new BookOptions());
        var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        FoundWork Find(string key, long before, DateTimeOffset? failedAt = null) =>
            ViewPlanner.Describe("book", new ChainId(1), limits, key, before, failedAt, now);

        Assert.Equal(Find("1", 0), Find("1", 0));
        Assert.NotEqual(Find("1", 0).Id, Find("1", 1).Id);
        Assert.NotEqual(Find("1", 0).Id, Find("2", 0).Id);
        Assert.Equal(now + limits.Grace, Find("1", 1, now - TimeSpan.FromHours(2)).DueAt);
        Assert.Equal(now + TimeSpan.FromMinutes(50), Find("1", 1, now - TimeSpan.FromMinutes(10)).DueAt);
        Assert.Throws<InvalidOperationException>(() => ViewPlanner.ByKey([new DueWork("1"), new DueWork("1")]));
        Assert.Throws<InvalidOperationException>(() => ViewPlanner.ByKey([new DueWork("")]));
        Assert.Throws<InvalidOperationException>(() => ViewPlanner.ByKey([new DueWork(new string('x', 101))]));
    }

    [Fact]
    public void The_recipe_in_the_documentation_is_the_sample_as_it_is_built()
    {
        var sample = File.ReadAllText(RepositoryRoot.Combine("samples", "BookKeeper", "BookKeeper.cs")).Trim();
        var recipe = File.ReadAllText(RepositoryRoot.Combine("docs", "keepers.md")).Split("\n## Write a keeper with Nethereum\n")[1].Split("\n## ")[0];

        Assert.Contains($"```csharp\n{sample}\n```", recipe, StringComparison.Ordinal);
        Assert.InRange(sample.Split('\n').Length, 20, 45);
    }

    private static ServiceCollection Register(string name)
    {
        var services = new ServiceCollection();
        services.AddKeeper<BookKeeper, BookOptions>(name);
        return services;
    }

    private static ViewKeeperOptions? Bind(params (string Key, string Value)[] settings) =>
        RelayerOptions.Bind(Configure(settings), Section).Chains["base"].Keepers.ListOwn().GetValueOrDefault("book");

    private static IConfigurationRoot Configure(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.DistinctBy(one => one.Key).Select(one => new KeyValuePair<string, string?>(At + one.Key, one.Value)))
        .AddInMemoryCollection([new("Chains:base:ChainId", "8453")]).Build();
}
