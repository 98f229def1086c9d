using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Functions.Tests.Relay;

/// <summary>An answer of the app, read whole.</summary>
internal sealed partial record Reply(int Status, string? MediaType, string Text, string? Location, TimeSpan? RetryAfter)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["code"];

    public string? this[string member] => Json[member]?.ToString();

    public static async Task<Reply> SendAsync(HttpClient http, HttpRequestMessage request)
    {
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            answer.Headers.Location?.OriginalString,
            answer.Headers.RetryAfter?.Delta);
    }

    public static async Task<Reply> GetAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(http, request);
    }

    public static async Task<Reply> PostAsync(HttpClient http, string path, JsonNode body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await SendAsync(http, request);
    }

    /// <summary>Says no in the shape of RFC 9457, with a stable code and nothing of the inside.</summary>
    public void AssertProblem(int status, string code)
    {
        Assert.True(status == Status, $"{status} expected, {Status} found: {Text}");
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal(code, Code);
        Assert.Equal(status, (int)Json["status"]!);
        Assert.False(string.IsNullOrEmpty((string?)Json["title"]));
        Assert.Matches("^[0-9a-f]{32}$", this["traceId"] ?? "");

        // Readiness names the providers, by host and port alone.
        AssertTellsNothing(code == "not_ready" ? ProviderName().Replace(Text, "") : Text);
    }

    [GeneratedRegex("\"name\":\"[^\"/@?]*\"")]
    private static partial Regex ProviderName();

    /// <summary>No stack traces, type names, source paths or serializer talk.</summary>
    public static void AssertTellsNothing(string text)
    {
        foreach (var inside in new[]
        {
            "   at ", "Exception", "System.", "Npgsql", "Relayer.", "Functions.", ".cs:", "BytePositionInLine", "LineNumber", "postgres", "127.0.0.1",
        })
        {
            Assert.DoesNotContain(inside, text, StringComparison.OrdinalIgnoreCase);
        }
    }
}
