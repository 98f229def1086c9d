using System.Text.Json;
using DevChain;
using Functions.Tests.Council;
using Functions.Tests.Relay;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Functions.Tests.Hosting;

/// <summary>A frontend's page, of another origin, in a real browser: it may ask first, post, and read what it is answered.</summary>
public abstract class BrowserTests(RelayFixture relay, Chromium chromium)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_posts_a_request_and_follows_it_to_its_end()
    {
        await using var frontend = new LoopbackServer(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!doctype html><link rel=icon href=data:,><title>frontend</title>");
        });
        await frontend.StartAsync(Cancellation);
        var page = await chromium.OpenAsync(new Uri(frontend.Url + "/"), 800, ColorScheme.Light, []);
        var body = relay.World.Post(relay.World.Infinex, new Wallet()).ToJsonString();
        var told = await page.EvaluateAsync<JsonElement>(
            """
            async ([api, body]) => {
              const post = await fetch(api + 'api/relay', { method: 'POST', headers: { 'content-type': 'application/json', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }, body });
              const { id } = await post.json();
              const states = await new Promise((done, failed) => {
                const seen = [], events = new EventSource(api + 'api/relay/' + id + '/events');
                events.addEventListener('relay', event => {
                  seen.push(JSON.parse(event.data).state);
                  if (seen.at(-1) === 'confirmed') { events.close(); done(seen); }
                });
                setTimeout(() => failed(new Error('saw only ' + seen)), 120000);
              });
              const refused = await fetch(api + 'api/relay', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
              return { status: post.status, location: post.headers.get('location'), id, states, refused: (await refused.json()).code };
            }
            """,
            new[] { relay.Stack.App.Url.ToString(), body });

        Assert.Equal(202, told.GetProperty("status").GetInt32());
        Assert.Equal($"/api/relay/{told.GetProperty("id").GetString()}", told.GetProperty("location").GetString());
        Assert.Equal("confirmed", told.GetProperty("states").EnumerateArray().Last().GetString());
        Assert.Equal("malformed_request", told.GetProperty("refused").GetString());
        await page.CloseAsync();
    }

    [Theory]
    [InlineData("api/relay", "POST", 204)]
    [InlineData("api/relay", "GET", 204)]
    [InlineData("api/relay/0x00/events", "GET", 204)]
    [InlineData("api/gas", "GET", 204)]
    [InlineData("api/relay", null, 405)] // No preflight.
    public async Task A_preflight_is_answered_the_same_by_both_hosts(string path, string? method, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        if (method is not null)
        {
            request.Headers.Add("Origin", "https://app.example");
            request.Headers.Add("Access-Control-Request-Method", method);
            request.Headers.Add("Access-Control-Request-Headers", "content-type");
        }

        using var answer = await relay.Http.SendAsync(request, Cancellation);
        var cors = answer.Headers.Where(header => header.Key.StartsWith("Access-Control", StringComparison.Ordinal))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order();
        Assert.Equal(status, (int)answer.StatusCode);
        string[] expected = status == 405 ? [] :
        [
            "Access-Control-Allow-Headers: Content-Type,x-functions-key,x-relayer-key,Authorization,Last-Event-ID,traceparent,tracestate",
            "Access-Control-Allow-Methods: GET,POST",
            "Access-Control-Allow-Origin: *",
            "Access-Control-Max-Age: 3600",
        ];
        Assert.Equal(expected, cors);
    }
}

[Collection(RelayCollection.Name)]
public sealed class BrowserAloneTests(RelayFixture relay, Chromium chromium) : BrowserTests(relay, chromium), IClassFixture<Chromium>;

[Collection(HostedRelayCollection.Name)]
public sealed class BrowserHostedTests(HostedRelayFixture relay, Chromium chromium) : BrowserTests(relay, chromium), IClassFixture<Chromium>;
