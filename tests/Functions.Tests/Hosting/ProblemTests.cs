using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Functions.Tests.Hosting;

public sealed class ProblemTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("GET", "/api/nowhere", 404, "not_found")]
    [InlineData("GET", "/", 404, "not_found")]
    [InlineData("POST", "/Tick", 404, "not_found")] // Timers are no routes.
    [InlineData("DELETE", "/api/guarded", 405, "method_not_allowed")]
    [InlineData("POST", "/api/slow/1", 405, "method_not_allowed")]
    [InlineData("GET", "/api/slow/soon", 400, "malformed_request")]
    [InlineData("GET", "/api/slow/99999999999999999999", 400, "malformed_request")]
    [InlineData("GET", "/api/throw/refused", 400, "malformed_request")]
    [InlineData("GET", "/api/throw/database", 503, "storage_unavailable")]
    [InlineData("GET", "/api/throw/chain", 503, "chain_unavailable")]
    [InlineData("GET", "/api/throw/bug", 500, "internal_error")]
    public async Task Every_refusal_is_a_problem(string method, string path, int status, string code)
    {
        await using var host = await SampleHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await host.Client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        var problem = JsonNode.Parse(text)!.AsObject();

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(status, (int?)problem["status"]);
        Assert.Equal(code, (string?)problem["code"]);
        Assert.Equal("about:blank", (string?)problem["type"]);
        Assert.NotEqual("", (string?)problem["title"]);
        Assert.Equal(status == 503, answer.Headers.RetryAfter is not null);
        Assert.Equal(status == 405, answer.Content.Headers.Allow.Count > 0);
        Assert.False(answer.Headers.Contains("X-Half-Done"));
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", 10, 415, "unsupported_media_type")]
    [InlineData(null, 10, 415, "unsupported_media_type")]
    [InlineData("application/json", 1024 * 1024, 200, null)]
    [InlineData("application/json", (1024 * 1024) + 1, 413, "payload_too_large")]
    [InlineData("application/json", 10_000_000, 413, "payload_too_large")]
    public async Task Bodies_are_held_to_their_type_and_size(string? type, int bytes, int status, string? code)
    {
        await using var host = await SampleHost.StartAsync();
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo/a/1");
            request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', bytes)));
            request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await host.Client.SendAsync(request, Cancellation);
            var body = await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation);

            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(code, (string?)body!["code"]);
        }
    }

    [Fact]
    public async Task A_refusal_to_HEAD_has_no_body()
    {
        await using var host = await SampleHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/nowhere");
        using var answer = await host.Client.SendAsync(request, Cancellation);

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }
}
