using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Functions.Tests.Hosting;

public sealed class FunctionKeysTests
{
    private static readonly string[] Keys = ["Functions:Keys:default=s3cret", "Functions:Keys:master=m4ster", "Functions:Keys:empty="];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("guarded", "s3cret", null, 200)]
    [InlineData("guarded", null, "s3cret", 200)]
    [InlineData("guarded", "m4ster", null, 200)]
    [InlineData("guarded", null, null, 401)]
    [InlineData("guarded", "", null, 401)]
    [InlineData("guarded", "S3cret", null, 401)]
    [InlineData("guarded", "s3cre", null, 401)]
    [InlineData("guarded", "wrong", "s3cret", 401)] // The header wins, as in Azure.
    [InlineData("guarded", null, "s3cret&code=s3cret", 401)]
    [InlineData("admin-only", "s3cret", null, 401)]
    [InlineData("admin-only", "m4ster", null, 200)]
    [InlineData("admin-only", null, "m4ster", 200)]
    public async Task A_key_opens_what_its_level_allows(string path, string? header, string? query, int status)
    {
        await using var host = await SampleHost.StartAsync(settings: Keys);
        using var answer = await AskAsync(host, path, header, query);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 401)
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation);
            Assert.Equal("unauthorized", (string?)problem!["code"]);
        }
    }

    [Theory]
    [InlineData("Environment=Development")]
    [InlineData("environment=Development")]
    [InlineData("Environment=Production")]
    public async Task Without_configured_keys_everything_above_anonymous_is_closed(string environment)
    {
        await using var host = await SampleHost.StartAsync(settings: [environment]);
        foreach (var path in new[] { "guarded", "admin-only" })
        {
            using var bare = await AskAsync(host, path, null, null);
            using var blank = await AskAsync(host, path, "", "");
            Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, blank.StatusCode);
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(SampleHost host, string path, string? header, string? query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{path}{(query is null ? "" : "?code=" + query)}");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", header);
        }

        return await host.Client.SendAsync(request, Cancellation);
    }
}
