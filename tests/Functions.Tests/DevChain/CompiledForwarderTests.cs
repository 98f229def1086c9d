using System.Text;
using System.Text.Json;
using DevChain;
using Relayer.Core.Ethereum;

namespace Functions.Tests.DevChain;

/// <summary>Our Infinex-dialect forwarder, and OpenZeppelin's as its package ships it, against the deployed contracts' data.</summary>
[Trait("needs", "services")]
public sealed class CompiledForwarderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_infinex_forwarder_has_the_deployed_contracts_selectors_errors_and_topic()
    {
        var vectors = await ReadVectorsAsync("infinex-forwarder-selectors.json");
        var contract = await Contracts.InfinexForwarderAsync(cancellation: Cancellation);

        Assert.Equal(Listed(vectors, "selectors"), Hashes(contract, "function", 4).Where(one => one.Key != "eip712Domain"));
        Assert.Equal(
            Listed(vectors, "errors"),
            Hashes(contract, "error", 4).Where(one => one.Key.StartsWith("Infinex", StringComparison.Ordinal)));
        Assert.Equal(Topic(vectors), Hashes(contract, "event", 32)["ExecutedForwardRequest"]);
    }

    [Fact]
    public async Task The_openzeppelin_forwarder_has_the_known_selectors_errors_and_topic()
    {
        var vectors = await ReadVectorsAsync("openzeppelin-forwarder.json");
        var contract = await Contracts.OpenZeppelinForwarderAsync(cancellation: Cancellation);
        var errors = Hashes(contract, "error", 4);

        Assert.Equal(Listed(vectors, "selectors"), Hashes(contract, "function", 4).Where(one => one.Key != "eip712Domain"));
        Assert.All(
            Listed(vectors, "errors").Where(known => known.Key != "FailedInnerCall"), // Its name before 5.1.
            known => Assert.Equal(known.Value, errors[known.Key]));
        Assert.Equal(Topic(vectors), Hashes(contract, "event", 32)["ExecutedForwardRequest"]);
    }

    private static async Task<JsonElement> ReadVectorsAsync(string name)
    {
        var path = RepositoryRoot.Combine("tests", "Relayer.Core.Tests", "Vectors", name);
        return JsonElement.Parse(await File.ReadAllTextAsync(path, Cancellation));
    }

    private static string Topic(JsonElement vectors) => vectors.GetProperty("executedForwardRequestTopic").GetString()!;

    private static SortedDictionary<string, string> Listed(JsonElement vectors, string property) =>
        Sorted(vectors.GetProperty(property).EnumerateObject().Select(one => (one.Name, one.Value.GetString()!)));

    private static SortedDictionary<string, string> Hashes(ContractArtifact contract, string kind, int bytes) =>
        Sorted(contract.Abi.EnumerateArray()
            .Where(entry => entry.GetProperty("type").GetString() == kind)
            .Select(entry => (entry.GetProperty("name").GetString()!, Hex.Encode(Keccak256.Hash(Canonical(entry)).Span[..bytes]))));

    private static SortedDictionary<string, string> Sorted(IEnumerable<(string Name, string Hash)> pairs) =>
        new(pairs.ToDictionary(pair => pair.Name, pair => pair.Hash), StringComparer.Ordinal);

    private static byte[] Canonical(JsonElement entry) =>
        Encoding.ASCII.GetBytes(entry.GetProperty("name").GetString() + Tuple(entry.GetProperty("inputs")));

    private static string Tuple(JsonElement inputs) => $"({string.Join(',', inputs.EnumerateArray().Select(TypeOf))})";

    private static string TypeOf(JsonElement input)
    {
        var type = input.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal) ? Tuple(input.GetProperty("components")) + type[5..] : type;
    }
}
