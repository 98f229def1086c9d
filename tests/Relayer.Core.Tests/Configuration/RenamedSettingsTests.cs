using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Reading;

namespace Relayer.Core.Tests.Configuration;

public sealed class RenamedSettingsTests
{
    private static readonly (string, string)[] Table =
        [("Chains:*:Fees:CapWei", "Chains:*:Fees:MaxFeePerGasWei"), ("Chains:*:Sources:*:Sender", "Chains:*:Keepers:Redemption:Sources:*:Messenger"), ("Hermes:Others", "Hermes:Fallbacks")];

    [Theory]
    [InlineData("Chains:local:Fees:CapWei", "Chains:local:Fees:CapWei: was renamed, write Chains:local:Fees:MaxFeePerGasWei")]
    [InlineData("chains:Base:fees:capwei", "chains:Base:fees:capwei: was renamed, write Chains:Base:Fees:MaxFeePerGasWei")]
    [InlineData("Chains:a:Sources:b:Sender", "Chains:a:Sources:b:Sender: was renamed, write Chains:a:Keepers:Redemption:Sources:b:Messenger")]
    [InlineData("Hermes:Others:0:Url", "Hermes:Others:0:Url: was renamed, write Hermes:Fallbacks:0:Url")]
    public void A_former_name_is_refused_with_the_present_one(string key, string fault) => Assert.Equal([fault], Find(key));

    [Theory]
    [InlineData("GasBase")]
    [InlineData("GasPerOrder")]
    public void The_gas_of_an_order_is_measured_and_what_is_left_to_set_is_how_much_it_may_be(string former) => Assert.Equal(
        [$"Chains:base:Keepers:Settlement:{former}: was renamed, write Chains:base:Keepers:Settlement:GasLimit"],
        RenamedSettings.Find(new ConfigurationBuilder().AddInMemoryCollection([new($"Chains:base:Keepers:Settlement:{former}", "1")]).Build()));

    [Theory]
    [InlineData("Chains:local:Fees:MaxFeePerGasWei")]
    [InlineData("Chains:local:Fees")]
    [InlineData("Fees:CapWei")]
    [InlineData("PATH")]
    public void Other_names_are_left_alone(string key) => Assert.Empty(Find(key));

    [Fact]
    public void The_way_back_gives_an_older_release_its_own_names() => Assert.Equal(
        "Chains:a:Sources:b:Sender",
        RenamedSettings.Rename("Chains:a:Keepers:Redemption:Sources:b:Messenger".Split(':'), Table[1].Item2.Split(':'), Table[1].Item1));

    private static IReadOnlyList<string> Find(string key) => RenamedSettings.Find(
        new ConfigurationBuilder().AddInMemoryCollection([new(key, "1")]).Build(), Table);
}
