using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions;

/// <summary>What evidence costs in calls to the node.</summary>
[Trait("needs", "services")]
public sealed class EvidenceCostTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_end_of_transactions_costs_each_provider_one_body_with_the_block_and_a_quorum_the_receipts_too(int providers)
    {
        var taps = new List<RpcTap>();
        await using var world = await EngineWorld.StartAsync(
            postgres,
            new AnvilOptions { MineOnDemand = true },
            new ChainOptions { Confirmations = 2 },
            providers: async node =>
            {
                for (var i = 0; i < providers; i++)
                {
                    taps.Add(await RpcTap.StartAsync(node));
                }

                return [.. taps.Select(tap => tap.Url.ToString())];
            });
        try
        {
            var sent = await world.SendAsync(Plans.Many(3));
            await world.Node.MineAsync(1, EngineWorld.Cancellation);
            foreach (var item in sent)
            {
                await world.WaitForAsync(item.Plan.Id, 3);
            }

            Assert.All(taps, tap => Assert.Equal(0, BlocksAsked(tap)));
            await world.Node.MineAsync(2, EngineWorld.Cancellation);
            foreach (var item in sent)
            {
                await world.WaitForAsync(item.Plan.Id, 4);
            }

            Assert.All(taps, tap => Assert.Equal(1, BlocksAsked(tap)));

            // One body of each: height, block, and with a quorum the receipts, which one provider alone has told already.
            string[] expected = ["eth_blockNumber", "eth_getBlockByNumber", .. Enumerable.Repeat("eth_getTransactionReceipt", providers == 1 ? 0 : sent.Count)];
            Assert.All(taps, tap => Assert.Equal(expected, Assert.Single(tap.Bodies, body => body is ["eth_blockNumber", "eth_getBlockByNumber", ..])));
            Assert.All(taps.Skip(1), tap => Assert.Equal(expected.Length - 2, tap.Calls.Count(call => call.Method == "eth_getTransactionReceipt")));
        }
        finally
        {
            taps.ForEach(tap => TestContext.Current.TestOutputHelper?.WriteLine(
                string.Join(", ", tap.Calls.CountBy(call => call.Method).Select(method => $"{method.Key} {method.Value}"))));
            foreach (var tap in taps)
            {
                await tap.DisposeAsync();
            }
        }
    }

    private static int BlocksAsked(RpcTap tap) =>
        tap.Calls.Count(call => call.Method == "eth_getBlockByNumber" && call.Parameters[0].GetString() != "latest");
}
