using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DevChain;
using Storms.Liars;

namespace Functions.Tests.Storms;

/// <summary>The catalogue of lies is whole, and each lie is one.</summary>
public sealed partial class LiarCatalogueTests
{
    private const string Hash = "0x8598d13e6932004890a1c1bda531e485f05a71888598d13e6932004890a1c1bd";

    /// <summary>What an honest node answers.</summary>
    private static readonly Dictionary<string, (JsonArray Parameters, string Result)> Honest = new()
    {
        ["eth_chainId"] = ([], "\"0x7a69\""),
        ["eth_blockNumber"] = ([], "\"0x64\""),
        ["eth_getBlockByNumber"] = (["0x64", false], Block),
        ["eth_getBlockByHash"] = ([Hash, false], Block),
        ["eth_getTransactionCount"] = (["0x01", "latest"], "\"0x5\""),
        ["eth_getBalance"] = (["0x01", "latest"], "\"0xde0b6b3a7640000\""),
        ["eth_getCode"] = (["0x01", "latest"], "\"0x\""),
        ["eth_call"] = ([new JsonObject(), "latest"], "\"0x01\""),
        ["eth_gasPrice"] = ([], "\"0x3b9aca00\""),
        ["eth_feeHistory"] = (["0x5", "latest", new JsonArray()], """{"oldestBlock":"0x5f","baseFeePerGas":["0x7","0x7"],"gasUsedRatio":[0.5],"reward":[["0x1"]]}"""),
        ["eth_getLogs"] = ([new JsonObject()], $$"""[{"address":"0x01","topics":[],"data":"0x{{new string('0', 128)}}","blockNumber":"0x64","blockHash":"{{Hash}}","transactionHash":"{{Hash}}","logIndex":"0x0"}]"""),
        ["eth_sendRawTransaction"] = (["0x02"], $"\"{Hash}\""),
        ["eth_getTransactionReceipt"] = ([Hash], $$"""{"transactionHash":"{{Hash}}","blockNumber":"0x64","blockHash":"{{Hash}}","status":"0x1","gasUsed":"0x5208","effectiveGasPrice":"0x7","logs":[]}"""),
        ["eth_getTransactionByHash"] = ([Hash], $$"""{"hash":"{{Hash}}","blockNumber":"0x64","blockHash":"{{Hash}}","from":"0x01","input":"0x02"}"""),
        ["trace_block"] = (["0x64"], $$"""[{"action":{"value":"0x5"},"blockHash":"{{Hash}}","blockNumber":100}]"""),
        ["debug_traceBlockByHash"] = ([Hash, new JsonObject()], """[{"result":{"value":"0x5","calls":[]}}]"""),
        ["debug_traceTransaction"] = ([Hash, new JsonObject()], """{"value":"0x5","calls":[]}"""),
    };

    private static string Block => $$"""{"number":"0x64","hash":"{{Hash}}","parentHash":"{{Hash}}","timestamp":"0x65","baseFeePerGas":"0x7","transactions":["{{Hash}}"]}""";

    [Fact]
    public void Every_method_that_the_product_asks_for_is_in_it_and_no_other()
    {
        var asked = Directory.EnumerateFiles(RepositoryRoot.Combine("src", "Relayer.Core", "Providers"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Methods.Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));

        Assert.Equal(asked.Distinct().Order(), RpcMethod.All.Select(method => method.Name).Order());
    }

    [Fact]
    public void Every_method_with_every_lie_in_every_setup_is_there_once_and_what_has_no_meaning_says_why()
    {
        var all = Combination.All.ToArray();

        Assert.Equal(RpcMethod.All.Count * 12 * 4, all.Distinct().Count());
        Assert.All(all.Where(one => one.Meaningless is not null), one => Assert.NotEmpty(one.Meaningless!));
        Assert.All(RpcMethod.All.Where(method => method.Uncalled is null), method => Assert.True(all.Count(one => one.Method == method && one.Meaningless is null) >= 40, method.Name));
    }

    [Fact]
    public void Every_lie_differs_from_the_honest_answer_and_is_the_same_for_the_same()
    {
        foreach (var one in Combination.All.Where(one => one is { Meaningless: null, Setup: LiarSetup.One }))
        {
            var lies = Enumerable.Range(0, 4).Select(number => Tell(one, number)).ToArray();

            Assert.True(lies.Any(told => told != Tell(one, null)), $"{one}: {lies[0]}");
            Assert.Equal(lies, Enumerable.Range(0, 4).Select(number => Tell(one, number)));
        }
    }

    [Fact]
    public void No_two_untruths_about_a_receipt_a_block_or_events_agree()
    {
        foreach (var one in Combination.All.Where(one => one is { Lie: Lie.Contradictory, Setup: LiarSetup.All, Method.Name: "eth_getTransactionReceipt" or "eth_getBlockByNumber" or "eth_getLogs" }))
        {
            Assert.Equal(20, Enumerable.Range(0, 20).Select(number => Tell(one, number)).Distinct().Count());
        }
    }

    /// <summary>What becomes of the body, what the node is asked and what is told; honestly without a number.</summary>
    private static string Tell(Combination one, int? number)
    {
        var (parameters, result) = Honest[one.Method.Name];
        var call = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = one.Method.Name, ["params"] = parameters.DeepClone() };
        var honest = LieContext.Result(call, JsonNode.Parse(result));
        if (number is null)
        {
            return $"{BodyFate.Answered} {call.ToJsonString()} {honest.ToJsonString()}";
        }

        var context = new LieContext(number.Value, 100);
        return $"{Lies.FateOf(one.Lie, context)} {Lies.Ask(one.Lie, call, context).ToJsonString()} {string.Join(' ', Lies.Tell(one.Lie, call, honest, context).Select(reply => reply.ToJsonString()))}";
    }

    [GeneratedRegex(@"""((?:eth|net|web3|debug|trace)_\w+)""")]
    private static partial Regex Methods { get; }
}
