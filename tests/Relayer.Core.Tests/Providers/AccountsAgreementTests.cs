using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>What accounts hold at a block, by the word of several nodes.</summary>
public sealed class AccountsAgreementTests : ManyNodesTests
{
    private static JsonNode Gone => NodeStandIn.Error(-32000, "missing trie node");

    [Fact]
    public async Task Of_three_one_that_makes_up_a_balance_is_outvoted()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell(() => "0x3e8", () => "0x7", () => "0x7");

        Assert.Equal(new Wei(7), Assert.Single((await client.ReadAccountsAsync(5, [Account], Cancellation)).Accounts).Balance);
    }

    [Fact]
    public async Task Of_three_one_that_has_another_block_at_the_height_is_outvoted()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell(() => "0x7", () => "0x7", () => "0x7");
        var honest = Nodes[0].Answer!;
        Nodes[0].Answer = (method, parameters) => method == "eth_getBlockByNumber" ? Block("an orphan"u8) : honest(method, parameters);

        Assert.Equal(Keccak256.Hash("a block"u8), (await client.ReadAccountsAsync(5, [], Cancellation)).Block.Hash);
    }

    [Fact]
    public async Task Two_that_contradict_each_other_are_not_believed()
    {
        var client = await ConnectAsync(10, 10);
        Tell(() => "0x3e8", () => "0x7");

        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadAccountsAsync(5, [Account], Cancellation));
    }

    [Fact]
    public async Task One_that_still_has_the_state_is_enough_where_the_others_have_not()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell(() => Gone, () => "0x7", () => Gone);

        Assert.Equal(new Wei(7), Assert.Single((await client.ReadAccountsAsync(5, [Account], Cancellation)).Accounts).Balance);
    }

    private static JsonObject Block(ReadOnlySpan<byte> name) => new()
    {
        ["number"] = "0x5",
        ["hash"] = $"{Keccak256.Hash(name)}",
        ["parentHash"] = $"{Keccak256.Hash("a parent"u8)}",
        ["timestamp"] = "0x1",
        ["gasLimit"] = "0x1",
        ["gasUsed"] = "0x0",
        ["baseFeePerGas"] = "0x1",
    };

    private void Tell(params Func<JsonNode>[] balances)
    {
        foreach (var (node, balance) in Nodes.Zip(balances))
        {
            node.KnowsHeight = true;
            node.Answer = (method, _) => method switch { "eth_getBalance" => balance(), "eth_getBlockByNumber" => Block("a block"u8), _ => "0x1" };
        }
    }
}
