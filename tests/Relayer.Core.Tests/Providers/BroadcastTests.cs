using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>Signed transactions given to every node, and what their answers amount to.</summary>
public sealed class BroadcastTests : TwoNodesTests
{
    [Fact]
    public async Task Application_errors_never_count_against_a_provider()
    {
        var client = Connect(First.Url, Second.Url);
        (First.KnowsHeight, Second.KnowsHeight) = (true, true);
        First.Answer = (method, _) => method == "eth_getBalance" ? "0x1" : NodeStandIn.Error(-32603, "nonce too low");
        Second.Answer = (method, _) => method == "eth_getBalance" ? "0x2" : NodeStandIn.Error(-32603, "nonce too low");

        for (var i = 0; i < 20; i++)
        {
            var outcome = Assert.Single(await client.SendRawAsync([new byte[] { 1 }], Cancellation));
            Assert.Equal(new NodeError(NodeErrorKind.NonceTooLow, -32603, "nonce too low"), outcome.Error);
        }

        Assert.Equal([new Wei(1)], await client.ReadBalancesAsync([Account], Cancellation));
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broadcast_succeeds_when_any_provider_accepts_or_already_knows()
    {
        var client = Connect(First.Url, Second.Url);
        var hash = Hex.Encode(new byte[32]);
        First.Answer = (_, parameters) => parameters[0].GetString() switch
        {
            "0x01" => hash,
            _ => NodeStandIn.Error(-32000, "transaction underpriced"),
        };
        Second.Answer = (_, parameters) => parameters[0].GetString() switch
        {
            "0x02" => hash,
            "0x03" => NodeStandIn.Error(-32000, "already known"),
            _ => NodeStandIn.Error(-32000, "something else"),
        };

        var outcomes = await client.SendRawAsync([.. new byte[] { 1, 2, 3, 4 }.Select(i => (ReadOnlyMemory<byte>)new[] { i })], Cancellation);

        Assert.Equal([true, true, true, false], outcomes.Select(outcome => outcome.IsAccepted));
        Assert.Equal(NodeErrorKind.FeeTooLow, outcomes[3].Error?.Kind);
        Assert.Equal(Assert.Single(First.Bodies), Assert.Single(Second.Bodies));
    }

    [Fact]
    public async Task A_broadcast_goes_on_with_the_next_provider_when_one_dies()
    {
        var client = Connect(First.Url, Second.Url);
        First.Misbehave = NodeStandIn.BreakOffAsync;
        Second.Answer = (_, _) => NodeStandIn.Error(-32000, "already known");

        Assert.True(Assert.Single(await client.SendRawAsync([new byte[] { 1 }], Cancellation)).IsAccepted);
    }
}
