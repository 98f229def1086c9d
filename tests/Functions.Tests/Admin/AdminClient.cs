using System.Text.Json.Nodes;
using DevChain;
using Functions.Tests.Relay;

namespace Functions.Tests.Admin;

/// <summary>An operator at an app, with a key or without.</summary>
internal sealed class AdminClient : IDisposable
{
    public const string Key = "night-watchs-key-of-these-tests-4f1c";
    public const string Name = "night-watch";

    private readonly HttpClient _http;

    public AdminClient(FunctionApp app, string? key = Key)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = app.Url };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("x-functions-key", key);
        }
    }

    /// <summary>The settings that give the operator the key.</summary>
    public static Dictionary<string, string> Settings { get; } = new()
    {
        [$"Operators__{Name}__Key"] = Key,
        [$"Operators__{Name}__Role"] = "treasury",
    };

    public Task<Reply> GetAsync(string path) => Reply.GetAsync(_http, $"api/admin/{path}");

    public Task<Reply> PostAsync(string path, string reason = "a test") => Reply.PostAsync(_http, $"api/admin/{path}", new JsonObject { ["reason"] = reason });

    public Task<Reply> PostAsync(string path, JsonNode body) => Reply.PostAsync(_http, $"api/admin/{path}", body);

    /// <summary>What the newest entries of the audit say: action, target, reason, outcome; the newest first.</summary>
    public async Task<(string Action, string Target, string Reason, string Outcome)[]> AuditAsync(int limit)
    {
        var page = await GetAsync($"audit?limit={limit}");
        Assert.Equal(200, page.Status);
        return [.. page.Json["entries"]!.AsArray().Select(entry =>
        {
            Assert.Equal(Name, (string?)entry!["who"]);
            return ((string)entry["action"]!, (string)entry["target"]!, (string)entry["reason"]!, (string)entry["outcome"]!);
        })];
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>One chain and one database server for all that operators do in tests.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word for it.")]
[Trait("needs", "services")]
public sealed class AdminCollection : ICollectionFixture<IsolatedStacks>
{
    public const string Name = "admin";
}
