using System.Collections;
using System.Globalization;
using DevChain.Browser;
using Microsoft.Playwright;

namespace Functions.Tests.Council;

/// <summary>The installed browser or npm's, driven by Playwright, which installs nothing here.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var browser = await BrowserProgram.FindAsync(cancellation: TestContext.Current.CancellationToken);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = browser.Program,
            Args = [.. browser.Arguments, "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], // As root, and in containers with little shared memory.
            Env = With(browser.Environment), // All that it gets.
            Timeout = 120_000,
        });
    }

    /// <summary>Opens a page; whatever the browser complains of is added to <paramref name="complaints"/>.</summary>
    internal async Task<IPage> OpenAsync(Uri url, int width, ColorScheme scheme, List<string> complaints)
    {
        var page = await _browser!.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
        });
        page.SetDefaultTimeout(60_000);
        page.Console += (_, message) => Note(complaints, $"console {message.Type}: {message.Text}", message.Type is "error" or "warning");
        page.PageError += (_, error) => Note(complaints, error, true);
        page.RequestFailed += (_, request) => Note(complaints, $"not loaded: {request.Url}", true);
        page.Request += (_, request) => Note(
            complaints, $"asked for {request.Url}", request.Url != url.ToString() && !request.Url.StartsWith("data:", StringComparison.Ordinal));
        var answer = await page.GotoAsync(url.ToString());
        Note(complaints, string.Create(CultureInfo.InvariantCulture, $"status {answer?.Status}"), answer?.Status != 200);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> more)
    {
        var all = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(
            variable => (string)variable.Key, variable => (string)variable.Value!);
        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return all;
    }

    private static void Note(List<string> complaints, string what, bool isOne)
    {
        lock (complaints)
        {
            if (isOne)
            {
                complaints.Add(what);
            }
        }
    }
}
