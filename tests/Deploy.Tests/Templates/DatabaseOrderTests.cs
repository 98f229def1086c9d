using System.Text.Json.Nodes;
using Deploy.Tests.Bicep;

namespace Deploy.Tests.Templates;

/// <summary>The server takes one change at a time (ServerIsBusy): what is made below it is made one after the other.</summary>
[Trait("needs", "services")]
public sealed class DatabaseOrderTests(BuiltTemplates templates)
{
    private const string Server = "Microsoft.DBforPostgreSQL/flexibleServers";

    [Fact]
    public void Database_firewall_configurations_and_administrators_wait_for_each_other()
    {
        var resources = ResourcesWith(templates.Built, Server)!;
        string[] kinds = ["databases", "firewallRules", "configurations", "administrators"];
        var chain = kinds.Select(kind => resources.Single(one => TypeOf(one.Value!).StartsWith($"{Server}/{kind}@", StringComparison.Ordinal))).ToArray();
        var below = resources.Where(one => TypeOf(one.Value!).StartsWith($"{Server}/", StringComparison.Ordinal)).Select(one => one.Key);

        Assert.Equal(chain.Select(one => one.Key).Order(), below.Order());
        for (var i = 1; i < chain.Length; i++)
        {
            // A link that is left out by a condition must not part the chain: each waits for all that is before it.
            var before = chain[..i].Select(one => one.Key);
            Assert.Empty(before.Except(WaitsFor(resources, chain[i].Key)));
        }

        Assert.All(chain.Where(one => one.Value!["copy"] is not null), one =>
        {
            Assert.Equal("serial", (string?)one.Value!["copy"]!["mode"]);
            Assert.Equal(1, (int)one.Value["copy"]!["batchSize"]!);
        });
        Assert.Equal(2, chain.Count(one => one.Value!["copy"] is not null));
    }

    private static HashSet<string> WaitsFor(JsonObject resources, string name)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([name]);
        while (open.TryPop(out var next))
        {
            foreach (var one in resources[next]?["dependsOn"]?.AsArray().Select(one => (string)one!) ?? [])
            {
                if (found.Add(one))
                {
                    open.Push(one);
                }
            }
        }

        return found;
    }

    private static string TypeOf(JsonNode resource) => $"{(string?)resource["type"]}@{(string?)resource["apiVersion"]}";

    // With types of its own a template names its resources.
    private static JsonObject? ResourcesWith(JsonNode? node, string type) => node switch
    {
        JsonObject one when one["resources"] is JsonObject resources && resources.Any(child => (string?)child.Value!["type"] == type && child.Value["existing"] is null) => resources,
        JsonObject one => one.Select(child => ResourcesWith(child.Value, type)).FirstOrDefault(found => found is not null),
        JsonArray many => many.Select(child => ResourcesWith(child, type)).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
