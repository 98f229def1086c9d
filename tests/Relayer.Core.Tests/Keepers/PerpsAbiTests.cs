using System.Text.Json;
using System.Text.RegularExpressions;
using DevChain;
using DevChain.Abi;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Perps;

namespace Relayer.Core.Tests.Keepers;

/// <summary>What the keepers and the stand-ins take for Synthetix' ABI is the deployed one.</summary>
[Trait("needs", "services")]
public sealed partial class PerpsAbiTests
{
    [Fact]
    public async Task The_keepers_know_nothing_that_is_not_in_the_deployed_ABI()
    {
        var deployed = await DeployedAsync("PerpsMarketProxy", "PythERC7412Wrapper", "AllErrors");
        var contracts = new AttributesToABIExtractor().ExtractContractABI(
            [.. typeof(PerpsCalls).Assembly.GetTypes().Where(type => type.Namespace == typeof(PerpsCalls).Namespace)]);
        string[] ours =
        [
            .. contracts.Functions.Select(item => Encoder.GenerateSignature(item.Name, item.InputParameters)),
            .. contracts.Events.Select(item => Encoder.GenerateSignature(item.Name, item.InputParameters)),
        ];

        Assert.True(ours.Length > 12);
        Assert.Empty(ours.Except(deployed));
    }

    [Fact]
    public async Task Every_error_of_the_deployed_system_has_a_meaning_and_a_name()
    {
        string[] table = [.. PerpsErrorTable.Rows.SelectMany(row => row.Errors)];
        var deployed = await ErrorsAsync();

        Assert.True(deployed.Count > 150);
        Assert.Empty(deployed.Except(table));
        Assert.Equal(table.Length, table.Distinct().Count());

        // Of Pyth's own contract and of the price nodes, not of the proxies.
        Assert.Equal(
            [
                "InsufficientFee()", "InvalidArgument()", "InvalidUpdateData()", "InvalidUpdateDataSource()", "InvalidWormholeVaa()", "NoFreshUpdate()",
                "PriceFeedNotFound()", "PriceFeedNotFoundWithinRange()", "StalePrice()", "StalenessToleranceExceeded(bytes32,int256,uint256)",
            ],
            table.Except(deployed).Order(StringComparer.Ordinal));
        Assert.All(table, signature => Assert.StartsWith(
            signature[..signature.IndexOf('(', StringComparison.Ordinal)],
            PerpsErrors.Describe(Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(signature)).Span[..4]), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PerpsMarketStandIn", "PerpsMarketProxy", 25)]
    [InlineData("PythOracleStandIn", "PythERC7412Wrapper", 7)]
    [InlineData("TrustedMulticall", "TrustedMulticallForwarder", 2)]
    public async Task The_stand_ins_have_the_deployed_functions_events_and_errors(string standIn, string proxy, int least)
    {
        var deployed = await DeployedAsync(proxy, "AllErrors");
        var ours = Signatures((await Contracts.CompiledAsync(standIn, cancellation: TestContext.Current.CancellationToken)).Abi).ToArray();
        string[] toSetUp =
        [
            "setSuspended(bool)", "setStrictStaleness(uint256)", "setLiquidationCapacity(uint256)", "setWindow(uint256,uint256,uint256)",
            "setCollateral(uint128,int256)", "KEEPER_COST()", "LIQUIDATION_REWARD()", "collateral(uint128)", "liquidationCapacityLeft()",
            "setRefusal(bytes)", "setInsolvent(bool)", "setMarkets(uint256)", "setFurtherPositions(uint128,uint256)", "marketCount()",
            "rewards(address)", "strictStaleness()", "suspended()", "setStyle(uint8)", "style()", "Errors(bytes[])",
            "OracleDataRequired(address,bytes,uint256)",
        ];

        Assert.Empty(ours.Except(deployed).Except(toSetUp));
        Assert.True(ours.Intersect(deployed).Count() >= least, string.Join('\n', ours.Intersect(deployed)));
    }

    [Theory]
    [InlineData("settleOrder(uint128)", "0xf89648fb")]
    [InlineData("cancelOrder(uint128)", "0xdbc91396")]
    [InlineData("getOrder(uint128)", "0x117d4128")]
    [InlineData("liquidateFlaggedAccounts(uint128[])", "0x3ce80659")]
    [InlineData("SettlementWindowExpired(uint256,uint256,uint256)", "0xb87daa32")]
    [InlineData("PriceFeedNotFoundWithinRange()", "0x45805f5d")]
    public void Selectors_are_as_written_down(string signature, string selector) =>
        Assert.Equal(selector, Hex.Encode(AbiSignature.Parse(signature).Selector()));

    private static readonly SignatureEncoder Encoder = new();

    private static async Task<HashSet<string>> DeployedAsync(params string[] contracts)
    {
        await NpmParts.EnsureInstalledAsync(cancellation: TestContext.Current.CancellationToken);
        var all = new HashSet<string>();
        foreach (var contract in contracts)
        {
            var path = NpmParts.Combine("@synthetixio", "v3-contracts", "8453-andromeda", $"{contract}.json");
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
            all.UnionWith(Signatures(document.RootElement));
        }

        return all;
    }

    private static async Task<HashSet<string>> ErrorsAsync()
    {
        await NpmParts.EnsureInstalledAsync(cancellation: TestContext.Current.CancellationToken);
        var path = NpmParts.Combine("@synthetixio", "v3-contracts", "8453-andromeda", "AllErrors.json");
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        return [.. Signatures(document.RootElement)];
    }

    private static IEnumerable<string> Signatures(JsonElement abi) => abi.EnumerateArray()
        .Where(item => item.GetProperty("type").GetString() is "function" or "event" or "error")
        .Select(item => $"{item.GetProperty("name").GetString()}({Types(item.GetProperty("inputs"))})");

    private static string Types(JsonElement inputs) => string.Join(',', inputs.EnumerateArray().Select(TypeOf));

    private static string TypeOf(JsonElement input) => TuplePattern().Replace(
        input.GetProperty("type").GetString()!, _ => $"({Types(input.GetProperty("components"))})");

    [GeneratedRegex("^tuple")]
    private static partial Regex TuplePattern();
}
