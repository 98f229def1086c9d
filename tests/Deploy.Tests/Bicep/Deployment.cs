using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deploy.Tests.Bicep;

/// <summary>What a deployment with some parameters would make, as far as it can be told without Azure: <c>bicep snapshot</c>, sorted.</summary>
/// <remarks>What only Azure knows, such as an identity's client id, stands there as the expression that will be asked for it.</remarks>
internal sealed class Deployment
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="snapshot">What the CLI wrote.</param>
    public Deployment(string snapshot)
    {
        var file = JsonNode.Parse(snapshot)!;
        Diagnostics = [.. file["diagnostics"]?.AsArray().Select(one => one!.ToString()) ?? []];
        Resources = [.. file["predictedResources"]!.AsArray().Select(one => one!.AsObject())
            .OrderBy(one => (string?)one["id"], StringComparer.Ordinal).ThenBy(one => one.ToJsonString(), StringComparer.Ordinal)];
    }

    /// <summary>The resources, by id.</summary>
    public IReadOnlyList<JsonObject> Resources { get; }

    public IReadOnlyList<string> Diagnostics { get; }

    /// <summary>Those of a type.</summary>
    public IReadOnlyList<JsonObject> Of(string type) => [.. Resources.Where(one => (string?)one["type"] == type)];

    /// <summary>The one of a type.</summary>
    public JsonObject Single(string type) => Assert.Single(Of(type));

    /// <summary>The properties of the one of a type.</summary>
    public JsonObject Properties(string type) => Single(type)["properties"]!.AsObject();

    /// <summary>All of it, the same bytes whenever nothing has changed.</summary>
    public override string ToString() =>
        JsonSerializer.Serialize(new JsonArray([.. Resources.Select(one => one.DeepClone())]), Readable) + "\n";
}
