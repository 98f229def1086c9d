using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Providers;

/// <summary>What a gas costs by the word of several nodes: one that lies is not paid for.</summary>
public sealed class FeeAgreementTests : ManyNodesTests
{
    [Theory]
    [InlineData(100, 100, 5_000, 100)]
    [InlineData(5_000, 100, 100, 100)]
    [InlineData(100, 101, 1, 100)]
    [InlineData(103, 101, 102, 102)]
    public async Task Of_three_the_middle_one_is_believed(long first, long second, long third, long expected)
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell(first, second, third);

        Assert.Equal(new Wei((ulong)expected), (await client.ReadFeeMarketAsync(Cancellation)).BaseFee);
    }

    [Fact]
    public async Task Of_two_the_lower_one_is_believed()
    {
        var client = await ConnectAsync(10, 10);
        Tell(5_000, 100);

        Assert.Equal(new Wei(100), (await client.ReadFeeMarketAsync(Cancellation)).BaseFee);
    }

    [Fact]
    public async Task One_that_is_behind_the_others_has_no_say()
    {
        var client = await ConnectAsync(1_000, 1_000, 10);
        Tell(100, 102, 1);

        Assert.Equal(new Wei(100), (await client.ReadFeeMarketAsync(Cancellation)).BaseFee);
    }

    [Fact]
    public async Task The_slowest_is_not_waited_for()
    {
        var client = await ConnectAsync(10, 10, 10);
        Tell(100, 100, 100);
        Nodes[2].Misbehave = (context, _) => Nodes[2].HangAsync(context);

        var reading = client.ReadFeeMarketAsync(Cancellation);
        await BecomesAsync(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(10));
            return reading.IsCompleted;
        });

        Assert.Equal(new Wei(100), (await reading).BaseFee);
    }

    private void Tell(params long[] baseFees)
    {
        foreach (var (node, baseFee) in Nodes.Zip(baseFees))
        {
            node.Answer = (method, _) => method switch
            {
                "eth_gasPrice" => NodeStandIn.Quantity(baseFee + 5),
                "eth_getBlockByNumber" => new JsonObject
                {
                    ["number"] = NodeStandIn.Quantity(node.Head),
                    ["hash"] = Hex.Encode(new byte[32]),
                    ["timestamp"] = "0x65",
                    ["baseFeePerGas"] = NodeStandIn.Quantity(baseFee),
                },
                "eth_chainId" => "0x7a69",
                _ => NodeStandIn.Error(-32601, "the method eth_feeHistory does not exist/is not available"),
            };
        }
    }
}
