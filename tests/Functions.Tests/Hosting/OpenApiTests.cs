using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Functions.Catalog;
using Functions.Health;
using Functions.OpenApi;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using SampleApp;

namespace Functions.Tests.Hosting;

[Trait("needs", "services")]
public sealed partial class OpenApiTests
{
    private static readonly HostingEnvironment Environment = new() { ApplicationName = "Functions", EnvironmentName = Environments.Production };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_function_of_the_app_is_in_the_document_that_the_app_serves()
    {
        await using var app = await ServedApp.AloneAsync(ServedApp.Real, SampleSettings.ForEnvironment(), Cancellation);
        var document = JsonNode.Parse(await app.Client.GetStringAsync("/api/openapi.json", Cancellation))!;
        var operations = Operations(document);

        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        Assert.Equal(
            FunctionCatalog.Read(typeof(HealthFunctions).Assembly).OfType<HttpFunction>().Select(function => function.Name).Order(),
            operations.Keys.Order());
        foreach (var function in FunctionCatalog.Read(typeof(HealthFunctions).Assembly).OfType<HttpFunction>())
        {
            var operation = operations[function.Name];
            var inPath = Holes().Matches(function.Route).Select(hole => hole.Groups[1].Value);
            Assert.Equal(inPath.Order(), Parameters(operation, "path").Order());
            Assert.NotEmpty((string?)operation["summary"] ?? "");
            Assert.Contains(operation["responses"]!.AsObject(), response => response.Key.StartsWith('2'));
            Assert.Equal(
                "#/components/schemas/ProblemBody",
                (string?)operation["responses"]!["default"]!["content"]!["application/problem+json"]!["schema"]!["$ref"]);
            Assert.Equal(function.Role is not null, operation["security"]?[0]!["functionKey"] is not null);
            Assert.True(function.Role is null || operation["responses"]!["403"] is not null);
        }

        Assert.NotNull(operations["FollowRelay"]["responses"]!["200"]!["content"]!["text/event-stream"]);
        Assert.Equal("[{},{\"clientKey\":[]}]", operations["SubmitRelay"]["security"]!.ToJsonString()); // A key, or none.
        Assert.NotNull(operations["SubmitRelay"]["responses"]!["503"]!["headers"]!["Retry-After"]);
        Assert.Null(operations["SubmitRelay"]["responses"]!["409"]!["headers"]);
        var problem = document["components"]!["schemas"]!["ProblemBody"]!;
        Assert.Contains("code", problem["required"]!.AsArray().Select(name => (string?)name));
        Assert.Equal("string", (string?)problem["properties"]!["code"]!["type"]);
        var outcome = document["components"]!["schemas"]!["BatchOutcome"]!["properties"]!["problem"]!["oneOf"]!.AsArray();
        Assert.Contains("#/components/schemas/ProblemBody", outcome.Select(one => (string?)one!["$ref"]));
        Assert.Null(document["components"]!["schemas"]!["JsonElement"]);
    }

    [Fact]
    public async Task Attributes_describe_bodies_answers_refusals_queries_and_keys()
    {
        var json = await OpenApiDocuments.WriteAsync(Environment, typeof(HttpFunctions).Assembly);
        var document = JsonNode.Parse(json)!;
        var operations = Operations(document);
        var echo = operations["Echo"];

        Assert.Same(document["paths"]!["/api/echo/{id}/{number}"]!["post"], echo);
        Assert.Equal(["id", "number"], Parameters(echo, "path"));
        Assert.Equal(["shout"], Parameters(echo, "query"));
        Assert.Equal("#/components/schemas/Echoed", (string?)echo["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Equal("What came.", (string?)echo["responses"]!["200"]!["description"]);
        Assert.Equal("`taken`, `gone`", (string?)echo["responses"]!["409"]!["description"]);
        Assert.NotNull(operations["Guarded"]["responses"]!["401"]);
        Assert.NotNull(operations["Guarded"]["security"]![0]!["functionKey"]);
        Assert.NotNull(operations["Guarded"]["security"]![1]!["bearerKey"]);
        Assert.Equal("`forbidden`: the role `treasury` is needed", (string?)operations["Admin"]["responses"]!["403"]!["description"]);
        Assert.DoesNotContain("Tick", operations.Keys);
    }

    private static Dictionary<string, JsonNode> Operations(JsonNode document) => document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject())
        .ToDictionary(operation => (string)operation.Value!["operationId"]!, operation => operation.Value!);

    private static IEnumerable<string> Parameters(JsonNode operation, string place) =>
        (operation["parameters"]?.AsArray() ?? [])
            .Where(parameter => (string?)parameter!["in"] == place)
            .Select(parameter => (string)parameter!["name"]!);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Holes();
}
