using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;

namespace Functions.Tests.DevChain;

[Trait("needs", "services")]
public sealed class MonthOfUseTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_made_up_month_adds_up_wherever_it_is_looked_at()
    {
        // The made-up reading stays the last one: a real one, which top-ups take too, knows no wallet of the council, which is not among the settings.
        const string NotToday = "0 0 0 1 1 *";
        var settings = new Dictionary<string, string> { ["Schedules__ReadBalances"] = NotToday, ["Schedules__TopUpSigners"] = NotToday };
        await using var stack = await DevStack.StartAsync(new DevStackOptions { SignerEther = MonthOfUse.SignerEther, Settings = settings }, Cancellation);
        var council = DevKey.Create();

        await MonthOfUse.FillAsync(stack, council.Address, Cancellation);

        var gas = (await stack.App.Http.GetFromJsonAsync<JsonNode>("api/gas", Cancellation))!;
        var month = WeiOf(gas["spend"]!["month"]!["fee"]);
        Assert.Equal(month, gas["spend"]!["byPurpose"]!.AsArray().Aggregate(BigInteger.Zero, (sum, row) => sum + WeiOf(row!["fee"])));
        var relays = WeiOf(gas["spend"]!["byPurpose"]!.AsArray().Single(row => (string?)row!["purpose"] == "relay")!["fee"]);
        var users = (await stack.App.Http.GetFromJsonAsync<JsonNode>("api/gas/spend?groupBy=user", Cancellation))!["rows"]!.AsArray();
        Assert.Equal(relays, users.Aggregate(BigInteger.Zero, (sum, row) => sum + WeiOf(row!["fee"])));

        // A day's burn is a thirtieth of the month, not all of it.
        Assert.InRange(WeiOf(gas["chains"]![0]!["burn"]!["month"]) * 30, month * 9 / 10, month * 11 / 10);
        var topUps = (await stack.App.Http.GetFromJsonAsync<JsonNode>("api/gas/top-ups", Cancellation))!["topUps"]!.AsArray();
        Assert.Equal(
            WeiOf(gas["spend"]!["byPurpose"]!.AsArray().Single(row => (string?)row!["purpose"] == "top_up")!["fee"]),
            topUps.Aggregate(BigInteger.Zero, (sum, row) => sum + WeiOf(row!["fee"])));
    }

    private static BigInteger WeiOf(JsonNode? amount) => BigInteger.Parse((string)amount!["wei"]!, CultureInfo.InvariantCulture);
}
