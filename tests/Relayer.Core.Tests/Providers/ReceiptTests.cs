using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Providers;

/// <summary>Receipts as nodes tell them.</summary>
public sealed class ReceiptTests : TwoNodesTests
{
    [Fact]
    public async Task A_receipt_is_read_whole_with_the_l1_fee_and_the_height()
    {
        var (hash, other) = (new Hash32([.. Enumerable.Repeat((byte)7, 32)]), new Hash32([.. Enumerable.Repeat((byte)8, 32)]));
        var client = Connect(First.Url);
        First.Answer = (method, parameters) => method switch
        {
            "eth_blockNumber" => "0x10",
            _ when parameters[0].GetString() == hash.ToString() => Receipt(hash),
            _ => null,
        };

        var read = await client.ReadReceiptsAsync([hash, other], Cancellation);

        Assert.Equal(17, read.Head);
        Assert.Null(read.Receipts[1]);
        var receipt = read.Receipts[0]!;
        Assert.True(receipt.Succeeded);
        Assert.Equal(17, receipt.BlockNumber);
        Assert.Equal(new Wei((21_000UL * 2) + 5), receipt.Fee);
        Assert.Equal(Account, Assert.Single(receipt.Logs).Address);
        Assert.Equal(hash, Assert.Single(receipt.Logs[0].Topics));
    }

    [Theory]
    [InlineData("another transaction's")]
    [InlineData("an error")]
    [InlineData("a member is missing")]
    [InlineData("asked too often")]
    public async Task A_receipt_that_cannot_be_read_is_told_as_such_and_the_others_are_read(string fault)
    {
        var (hash, spoilt) = (new Hash32([.. Enumerable.Repeat((byte)7, 32)]), new Hash32([.. Enumerable.Repeat((byte)8, 32)]));
        var client = Connect(First.Url);
        First.Answer = (method, parameters) => method == "eth_blockNumber" ? "0x20" : parameters[0].GetString() == hash.ToString() ? Receipt(hash) : Spoil();

        var read = await client.ReadReceiptsAsync([hash, spoilt], Cancellation);

        Assert.Equal(hash, read.Receipts[0]!.TransactionHash);
        Assert.Null(read.Receipts[1]);
        Assert.Equal([1], read.Unread.Keys);

        JsonNode Spoil()
        {
            var receipt = Receipt(fault == "another transaction's" ? hash : spoilt);
            receipt.Remove(fault == "a member is missing" ? "status" : "");
            return fault switch
            {
                "an error" => NodeStandIn.Error(-32603, "internal error"),
                "asked too often" => NodeStandIn.Error(-32005, "rate limit reached"),
                _ => receipt,
            };
        }
    }

    [Fact]
    public async Task A_receipt_that_has_no_answer_at_all_is_told_as_such_and_the_others_are_read()
    {
        var (hash, spoilt) = (new Hash32([.. Enumerable.Repeat((byte)7, 32)]), new Hash32([.. Enumerable.Repeat((byte)8, 32)]));
        var client = Connect(First.Url);
        First.Answer = (method, parameters) => method == "eth_blockNumber" ? "0x20" : Receipt(Hash32.Parse(parameters[0].GetString()!));
        First.Misbehave = NodeStandIn.Changed(reply =>
        {
            reply.AsArray().RemoveAt(2);
            return reply;
        });

        var read = await client.ReadReceiptsAsync([hash, spoilt], Cancellation);

        Assert.Equal(hash, read.Receipts[0]!.TransactionHash);
        Assert.Equal([1], read.Unread.Keys);
    }

    private static JsonObject Receipt(Hash32 hash) => new()
    {
        ["transactionHash"] = hash.ToString(),
        ["blockNumber"] = "0x11",
        ["blockHash"] = hash.ToString(),
        ["status"] = "0x1",
        ["gasUsed"] = "0x5208",
        ["effectiveGasPrice"] = "0x2",
        ["l1Fee"] = "0x5",
        ["contractAddress"] = null,
        ["logs"] = new JsonArray(new JsonObject
        {
            ["address"] = Account.ToString(),
            ["topics"] = new JsonArray(hash.ToString()),
            ["data"] = "0x",
        }),
    };
}
