using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Storms.Keepers;
using Storms.Workloads;

namespace Storms.Upgrade;

/// <summary>A relayer in the middle of its work, as an older release left it: three files in a folder.</summary>
/// <param name="Commit">Of the older release.</param>
/// <param name="FirstBlock">Where its chain begins to matter.</param>
/// <param name="Contracts">Both forwarders and the target, in this order.</param>
/// <param name="Signers">The accounts that pay.</param>
/// <param name="Council">The wallet that fills them.</param>
/// <param name="Scenario">What keepers work on.</param>
/// <param name="Posts">What users posted, answered or not.</param>
internal sealed record Frozen(
    string Commit, long FirstBlock, IReadOnlyList<string> Contracts, IReadOnlyList<FrozenKey> Signers, FrozenKey Council, FrozenScenario Scenario,
    IReadOnlyList<FrozenPost> Posts)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>The chain.</summary>
    public static string ChainFile(string folder) => Path.Combine(folder, "chain.json.gz");

    /// <summary>The rows.</summary>
    public static string RowsFile(string folder) => Path.Combine(folder, "rows.sql");

    public static async Task<Frozen> ReadAsync(string folder, CancellationToken cancellation) =>
        JsonSerializer.Deserialize<Frozen>(await File.ReadAllTextAsync(ScenarioFile(folder), cancellation))!;

    public Task WriteAsync(string folder, CancellationToken cancellation) =>
        File.WriteAllTextAsync(ScenarioFile(folder), JsonSerializer.Serialize(this, Format) + "\n", cancellation);

    public Deployment ToDeployment() => new(Address.Parse(Contracts[0]), Address.Parse(Contracts[1]), Address.Parse(Contracts[2]));

    private static string ScenarioFile(string folder) => Path.Combine(folder, "scenario.json");
}

/// <summary>A key of a development chain.</summary>
internal sealed record FrozenKey(string PrivateKey, string Address)
{
    public static FrozenKey Of(DevKey key) => new(key.PrivateKey, key.Address.ToString());

    public DevKey ToKey() => new(PrivateKey, Relayer.Core.Ethereum.Address.Parse(Address));
}

/// <summary>A <see cref="KeeperScenarioPlan"/>.</summary>
internal sealed record FrozenScenario(IReadOnlyList<string> Contracts, FrozenKey Attester, IReadOnlyList<Wish> Wishes)
{
    public static FrozenScenario Of(KeeperScenarioPlan plan) => new(plan.Contracts, FrozenKey.Of(plan.Attester), plan.Wishes);

    public KeeperScenarioPlan ToPlan() => new(Contracts, Attester.ToKey(), Wishes);
}

/// <summary>A request that a user posted.</summary>
internal sealed record FrozenPost([property: JsonConverter(typeof(JsonStringEnumConverter))] SignedRequestKind Kind, string Body)
{
    public static FrozenPost Of(SignedRequest signed) => new(signed.Kind, signed.Body);

    public SignedRequest ToRequest(RelayerUnderTest relayer)
    {
        var body = JsonNode.Parse(Body)!.AsObject();
        var request = body["request"]!;
        var forwarder = new[] { relayer.OpenZeppelin, relayer.Infinex }.First(one => one.Address == Address.Parse(Text(body["forwarder"])));
        var message = new ForwardRequest(
            Address.Parse(Text(request["from"])), Address.Parse(Text(request["to"])), Wei.Zero,
            ulong.Parse(Text(request["gas"]), System.Globalization.CultureInfo.InvariantCulture), UInt256.Parse(Text(request["nonce"])),
            (ulong?)request["deadline"], Hex.Decode(Text(request["data"])));
        return new SignedRequest(Kind, forwarder, message, body);

        static string Text(JsonNode? node) => (string)node!;
    }
}
