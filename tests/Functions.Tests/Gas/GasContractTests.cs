using System.Numerics;
using Functions.Tests.Relay;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Gas;

/// <summary>What the council is shown, seen from outside.</summary>
[Collection(RelayCollection.Name)]
public sealed class GasContractTests(RelayFixture relay)
{
    [Fact]
    public async Task What_relays_cost_is_in_the_sums_to_the_wei_and_balances_say_at_which_block()
    {
        var (user, before) = (new Wallet(), await GetAsync());
        var posted = await Reply.PostAsync(relay.Http, "api/relay", relay.World.Post(relay.World.OpenZeppelin, user));
        await RelayWorld.WaitAsync(relay.Http, posted["id"]!);

        // Other tests relay at the same time: the sums are compared with the records of one moment.
        Assert.True(await RelayWorld.BecomesAsync(async () =>
        {
            var told = (await GetAsync())["spend"]!["month"]!["fee"]!["wei"]!.GetValue<string>();
            return BigInteger.Parse(told, System.Globalization.CultureInfo.InvariantCulture)
                == (BigInteger)(decimal)(await relay.World.AskAsync("select coalesce(sum(fee), 0) from transactions where state >= 4"))!;
        }));
        Assert.True(await RelayWorld.BecomesAsync(
            async () => (await GetAsync())["chains"]![0]!["accounts"]!.AsArray().Any(account => (string?)account!["role"] == "signer"), 90));

        var gas = await GetAsync();
        var chain = gas["chains"]![0]!;
        Assert.Equal(31337, (long)chain["chainId"]!);
        Assert.Equal("single", (string?)chain["reading"]!["agreement"]);
        Assert.True(Hash32.TryParse((string)chain["reading"]!["blockHash"]!, out _));
        Assert.NotEqual("0", (string?)chain["accounts"]![0]!["balance"]!["wei"]);
        Assert.Equal("relay", (string?)gas["spend"]!["byPurpose"]![0]!["purpose"]);
        Assert.Contains(gas["spend"]!["byTarget"]!.AsArray(), target => (string?)target!["target"] == relay.World.Target.ToString());
        Assert.False((bool)chain["topUps"]!["isConfigured"]!);
        Assert.NotNull(before["generatedAt"]);
    }

    private async Task<System.Text.Json.Nodes.JsonNode> GetAsync() => (await Reply.GetAsync(relay.Http, "api/gas")).Json;
}
