using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration;

namespace Relayer.Core.Tests.Configuration;

/// <summary>What is refused of API clients' settings, each with its key.</summary>
public sealed class ClientOptionsTests
{
    private const string Key = "9wLd-ttY2-Qn6e-Vb3K-xA1s-uH8r-oP5z";
    private const string Target = "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359";

    [Theory]
    [InlineData("", "", "")]
    [InlineData("Clients:shop:Key", "short", "Clients:shop:Key: must have at least 32")]
    [InlineData("Clients:shop:Key", "", "Clients:shop: has neither a Secret")]
    [InlineData("Clients:shop:NextSecret", "next", "Clients:shop:NextSecret: is for a client that has a Secret")]
    [InlineData("Clients:other:Key", Key, "Clients:shop:Key: is the same as one before it")]
    [InlineData("Operators:anna:Key", Key, "Clients:shop:Key: is the same as one before it")]
    [InlineData("Clients:shop:HourWei", "1 ether", "Clients:shop:HourWei: ")]
    [InlineData("Clients:shop:RelaysPerMinute", "0", "Clients:shop:RelaysPerMinute: is 0")]
    [InlineData("Clients:shop:Targets:0", "0xabc", "Clients:shop:Targets:0: is not an address")]
    [InlineData("Clients:shop:Targets:0", "0x00000000000000000000000000000000000000aa", "Clients:shop:Targets:0: is not a target of any chain's policy")]
    [InlineData("Clients:shop:Targets:0", Target, "")]
    [InlineData("Clients:shop:Origins:0", "https://app.example/page", "Clients:shop:Origins:0: is not an origin")]
    [InlineData("Clients:shop:Origins:0", "*", "Clients:shop:Origins:0: is not an origin")]
    [InlineData("Clients:page:Key", "8wLd-ttY2-Qn6e-Vb3K-xA1s-uH8r-oP5z", "Clients:page:DayWei: is missing")]
    [InlineData("Clients:sh op:Key", "8wLd-ttY2-Qn6e-Vb3K-xA1s-uH8r-oP5z", "Clients:sh op: must be a name")]
    [InlineData("Environment", "Production", "Clients:shop:Key: a literal key is accepted only when")]
    public void Each_fault_is_named_by_its_key(string key, string value, string expected)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Environment"] = "Development",
            ["Operators:anna:Role"] = "look",
            ["Operators:anna:Key"] = "7wLd-ttY2-Qn6e-Vb3K-xA1s-uH8r-oP5z",
            ["Clients:shop:Key"] = Key,
            ["Clients:shop:DayWei"] = "1000",
            ["Chains:main:Policy:Targets:0:Address"] = Target,
            [key] = value,
        };
        if (key.StartsWith("Clients:page", StringComparison.Ordinal))
        {
            settings["Clients:page:Origins:0"] = "https://app.example";
        }

        var faults = RelayerOptionsValidator.Validate(RelayerOptions.Bind(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()))
            .Where(fault => fault.StartsWith("Clients", StringComparison.Ordinal)).ToArray();

        Assert.Equal(expected.Length == 0 ? 0 : 1, faults.Length);
        Assert.All(faults, fault => Assert.StartsWith(expected, fault, StringComparison.Ordinal));
    }
}
