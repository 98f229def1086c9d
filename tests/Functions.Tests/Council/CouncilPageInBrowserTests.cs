using System.Text.Json.Nodes;
using Functions.Tests.Relay;
using Microsoft.Playwright;

namespace Functions.Tests.Council;

/// <summary>The page as the council sees it: in a real browser, of a real app that relayed something.</summary>
[Collection(RelayCollection.Name)]
public sealed class CouncilPageInBrowserTests(RelayFixture relay, Chromium chromium) : IClassFixture<Chromium>
{
    private Uri Page => new(relay.Stack.App.Url, "api/council");

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task Nobody_has_to_complain(int width, ColorScheme scheme)
    {
        await SettleAsync();
        var complaints = new List<string>();
        var page = await chromium.OpenAsync(Page, width, scheme, complaints);
        Assert.Empty(await page.EvaluateAsync<string[]>(await Checks()));

        // With every table open, too.
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(details => details.open = true)");
        Assert.Empty(await page.EvaluateAsync<string[]>(await Checks()));
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Every_figure_on_it_is_in_the_JSON_and_every_balance_of_the_JSON_on_it()
    {
        await SettleAsync();
        var before = await GasAsync();
        var complaints = new List<string>();
        var page = await chromium.OpenAsync(Page, 1280, ColorScheme.Light, complaints);
        var figures = await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('data')].map(data => data.value)");
        var after = await GasAsync();

        var keepers = (await Reply.GetAsync(relay.Http, "api/keepers")).Json;
        var known = Scalars(before).Concat(Scalars(after)).Concat(Scalars(keepers)).ToHashSet();
        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.Contains(figure, known));
        foreach (var account in before["chains"]!.AsArray().SelectMany(chain => chain!["accounts"]!.AsArray()))
        {
            Assert.Contains((string)account!["balance"]!["wei"]!, figures);
        }

        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task The_keyboard_reaches_the_figures_first()
    {
        await SettleAsync();
        var page = await chromium.OpenAsync(Page, 1280, ColorScheme.Light, []);
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("#main", await page.EvaluateAsync<string>("() => document.activeElement.getAttribute('href')"));
        await page.Keyboard.PressAsync("Enter");
        Assert.EndsWith("#main", page.Url, StringComparison.Ordinal);
        await page.CloseAsync();
    }

    [Fact]
    public async Task It_prints_in_black_on_white_and_nothing_is_cut_off()
    {
        await SettleAsync();
        var page = await chromium.OpenAsync(Page, 1280, ColorScheme.Dark, []);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.SetViewportSizeAsync(718, 1000); // A4 between its margins, at 96 pixels an inch.
        Assert.Empty(await page.EvaluateAsync<string[]>(await Checks()));
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        Assert.NotEmpty(await page.PdfAsync(new PagePdfOptions { Format = "A4" }));
        await page.CloseAsync();
    }

    /// <summary>Something was relayed, it is in the sums, and balances were read since.</summary>
    private async Task SettleAsync()
    {
        await relay.SpendAsync();
        Assert.True(
            await RelayWorld.BecomesAsync(
                async () => await GasAsync() is { } gas
                    && gas["chains"]!.AsArray().All(chain => chain!["reading"] is not null && chain["accounts"]!.AsArray().Count > 0)
                    && (string?)gas["spend"]!["today"]!["fee"]!["wei"] != "0",
                seconds: 120));
    }

    private async Task<JsonNode> GasAsync() => (await Reply.GetAsync(relay.Http, "api/gas")).Json;

    private static Task<string> Checks() =>
        File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Council", "page-checks.js"), TestContext.Current.CancellationToken);

    private static IEnumerable<string> Scalars(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Scalars(member.Value)),
        JsonArray items => items.SelectMany(Scalars),
        null => [],
        _ => [node.ToString()],
    };
}
