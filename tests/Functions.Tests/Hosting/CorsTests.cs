namespace Functions.Tests.Hosting;

public sealed class CorsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_configured_origin_may_ask_first_and_then_call()
    {
        await using var host = await SampleHost.StartAsync(settings: ["Cors:Origins:0=https://app.example", "Cors:Origins:1=http://localhost:3000"]);
        using var preflight = await AskAsync(host, HttpMethod.Options, "/api/echo/a/1", "http://localhost:3000", "POST");
        using var call = await AskAsync(host, HttpMethod.Get, "/api/throw/database", "https://app.example");

        Assert.Equal(204, (int)preflight.StatusCode);
        Assert.Equal("http://localhost:3000", Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(preflight, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("Content-Type", Header(preflight, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-relayer-key", Header(preflight, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Equal(503, (int)call.StatusCode); // A page must be able to read why it was refused, and when to come back.
        Assert.Equal("https://app.example", Header(call, "Access-Control-Allow-Origin"));
        Assert.Contains("Retry-After", Header(call, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cors:Origins:0=https://app.example", "https://evil.example")]
    [InlineData("Cors:Origins:0=https://app.example", "http://app.example")]
    [InlineData("Unrelated=1", "https://app.example")]
    public async Task Other_origins_get_no_leave(string setting, string origin)
    {
        await using var host = await SampleHost.StartAsync(settings: [setting]);
        using var preflight = await AskAsync(host, HttpMethod.Options, "/api/echo/a/1", origin, "POST");
        using var call = await AskAsync(host, HttpMethod.Get, "/api/slow/1", origin);

        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(call.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static async Task<HttpResponseMessage> AskAsync(
        SampleHost host, HttpMethod method, string path, string origin, string? wanted = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        if (wanted is not null)
        {
            request.Headers.Add("Access-Control-Request-Method", wanted);
            request.Headers.Add("Access-Control-Request-Headers", "content-type");
        }

        return await host.Client.SendAsync(request, Cancellation);
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";
}
