using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

/// <summary>How calls travel: alone, in batches, and by whom.</summary>
public sealed class RpcClientTests : TwoNodesTests
{
    [Fact]
    public async Task A_single_call_travels_as_one_object_and_a_list_as_one_array()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => parameters[0].GetString()!.EndsWith("02", StringComparison.Ordinal) ? "0x02" : "0x01";

        Assert.NotNull(await Record.ExceptionAsync(() => client.ReadHeadAsync(Cancellation)));
        Assert.Equal(
            [new Wei(1), new Wei(2), new Wei(1)],
            await client.ReadBalancesAsync([AccountOf(1), AccountOf(2), AccountOf(3)], Cancellation));

        Assert.Equal(["{", "["], First.Bodies.Select(body => body[..1]));
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}""", First.Bodies[0]);
        Assert.StartsWith(
            """[{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]},"""
            + """{"jsonrpc":"2.0","id":2,"method":"eth_getBalance","params":["0x0000000000000000000000000000000000000001","latest"]},""",
            First.Bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_is_cut_into_bodies_of_a_hundred_and_stays_in_order()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => "0x" + parameters[0].GetString()![^4..].TrimStart('0');
        Address[] accounts = [.. Enumerable.Range(1, 250).Select(AccountOf)];

        var balances = await client.ReadBalancesAsync(accounts, Cancellation);

        Assert.Equal(Enumerable.Range(1, 250).Select(i => new Wei((ulong)i)), balances);
        Assert.Equal(3, First.Bodies.Count);
    }

    [Fact]
    public async Task Answers_in_another_order_find_their_calls()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => "0x" + parameters[0].GetString()![^1..];
        First.Misbehave = NodeStandIn.Changed(reply => new JsonArray([.. reply.AsArray().Reverse().Select(answer => answer!.DeepClone())]));

        Assert.Equal(
            [new Wei(1), new Wei(2), new Wei(3)],
            await client.ReadBalancesAsync([AccountOf(1), AccountOf(2), AccountOf(3)], Cancellation));
    }

    [Fact]
    public async Task A_batch_too_large_for_a_gateway_is_halved_until_it_fits()
    {
        var client = Connect(First.Url);
        First.KnowsHeight = true;
        First.Answer = (_, parameters) => "0x" + parameters[0].GetString()![^2..].TrimStart('0');
        First.Misbehave = async (context, reply) =>
        {
            var tooMany = reply is JsonArray { Count: > 10 };
            await context.Response.WriteAsync(tooMany
                ? """{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Number of requests exceeds max batch size"}}"""
                : reply.ToJsonString());
        };

        var balances = await client.ReadBalancesAsync([.. Enumerable.Range(1, 40).Select(AccountOf)], Cancellation);

        Assert.Equal(40, balances.Count);
        Assert.DoesNotContain("2001", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_with_http_status_400_is_the_chains_answer()
    {
        var client = Connect(First.Url);
        First.Answer = (_, _) => NodeStandIn.Error(-32000, "nonce too low");
        First.Misbehave = (context, reply) =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync(reply.ToJsonString());
        };

        var outcome = Assert.Single(await client.SendRawAsync([new byte[] { 1 }], Cancellation));
        Assert.Equal(NodeErrorKind.NonceTooLow, outcome.Error?.Kind);
    }

    [Fact]
    public async Task A_user_and_password_in_the_url_become_basic_authentication()
    {
        var client = Connect(First.Url.Replace("http://", "http://relayer:p%40ss@", StringComparison.Ordinal));
        await client.ReadBalancesAsync([Account], Cancellation);
        Assert.Equal("Basic " + Convert.ToBase64String("relayer:p@ss"u8), First.Authorizations[0]);
    }
}
