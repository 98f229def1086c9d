using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

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

    [Fact]
    public async Task A_receipt_of_another_transaction_is_a_fault()
    {
        var client = Connect(First.Url);
        First.Answer = (method, _) => method == "eth_blockNumber" ? "0x10" : Receipt(new Hash32(new byte[32]));
        await Assert.ThrowsAsync<ChainUnavailableException>(
            () => client.ReadReceiptsAsync([new Hash32([.. Enumerable.Repeat((byte)7, 32)])], Cancellation));
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
