using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Providers.Pool;
using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

/// <summary>A chain's URLs and who runs what is behind them.</summary>
public sealed class RpcOptionsTests
{
    [Fact]
    public void A_url_stands_alone_or_with_who_runs_it_and_all_keep_their_order()
    {
        var settings = new Dictionary<string, string?>(Sound)
        {
            ["Chains:main:Rpc:1"] = "https://two.example/key",
            ["Chains:main:Rpc:1:Operator"] = "Two Nodes",
            ["Chains:main:Rpc:2:Url"] = "https://three.example/key",
            ["Chains:main:Rpc:2:Operator"] = "three",
            ["Chains:main:Rpc:3:Url"] = "https://Four.example:8443/key",
            ["Chains:main:Rpc:4"] = "http://127.0.0.1:8545/key",
        };

        Assert.Empty(Check(settings));
        Assert.Empty(UnknownSettings.Find(Configure(settings)));
        var rpc = RelayerOptions.Bind(Configure(settings)).Chains["main"].Rpc;
        Assert.Equal(
            ["https://one.example/key", "https://two.example/key", "https://three.example/key", "https://Four.example:8443/key", "http://127.0.0.1:8545/key"],
            rpc.Select(one => one.Url));
        Assert.Equal(["one.example", "Two Nodes", "three", "four.example", "127.0.0.1:8545"], rpc.Select(one => one.OperatorName));
        Assert.Equal(["one.example", "Two Nodes", "three", "four.example:8443", "127.0.0.1:8545"], ProviderNames.Of([.. rpc]));
    }

    [Theory]
    [InlineData("Chains:main:Rpc:1:Url", "https://three.example", "Chains:main:Rpc:1: has a URL of its own and one in Url")]
    [InlineData("Chains:main:Rpc:2:Url", "three.example/s3cret", "Chains:main:Rpc:2:Url: is not an http")]
    [InlineData("Chains:main:Rpc:2:Operator", "three", "Chains:main:Rpc:2:Url: is not an http")]
    [InlineData("Chains:main:Rpc:1:Operator", "https://two.example/s3cret", "Chains:main:Rpc:1:Operator: is not a name")]
    [InlineData("Chains:main:Rpc:1:Operator", "s3cret@two", "Chains:main:Rpc:1:Operator: is not a name")]
    [InlineData("Chains:main:Rpc:1:Operater", "two", null)]
    public void What_is_wrong_is_named_by_its_key_and_not_repeated(string key, string value, string? fault)
    {
        var faults = Check(With(key, value));

        Assert.Equal(fault is null ? 0 : 1, faults.Count);
        Assert.All(faults, told => Assert.StartsWith(fault!, told, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", string.Concat(faults), StringComparison.Ordinal);
        Assert.Equal(fault is null ? [key] : [], UnknownSettings.Find(Configure(With(key, value))));
    }

    [Fact]
    public void No_two_providers_of_a_chain_have_the_same_name()
    {
        var names = ProviderNames.Of(
        [
            new() { Url = "https://one.example/a", Operator = "One" },
            new() { Url = "https://two.example/a", Operator = "one" },
            new() { Url = "https://two.example/b", Operator = "one" },
            "https://three.example/a",
            "https://three.example/b",
            "https://four.example/a",
        ]);

        Assert.Equal(
            ["One (one.example)", "one (two.example) #2", "one (two.example) #3", "three.example #4", "three.example #5", "four.example"], names);
    }
}
