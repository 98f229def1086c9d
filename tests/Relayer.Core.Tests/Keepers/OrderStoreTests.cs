using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Settlement;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class OrderStoreTests(PostgresFixture postgres)
{
    private static readonly ChainId Chain = new(8453);
    private static readonly Address Market = Address.Parse("0x00000000000000000000000000000000000000a1");

    [Fact]
    public async Task How_an_accounts_order_ended_is_not_taken_for_the_end_of_its_next_one()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var app = world.Add(_ => { });
        await using (var connection = await app.Get<Database>().OpenAsync(KeeperWorld.Cancellation))
        {
            var log = new MinedLog(new LogEntry(Market, [], default), 10, Keccak256.Hash([10]), default, 0);
            await OrderStore.AddAsync(
                connection, Chain, Market, [(log, new EndedOrder(1, 7, true, 0, 0, Market))], KeeperWorld.Cancellation);
        }

        Order[] orders = [Committed(block: 5), Committed(block: 20)];
        var ends = await app.Get<OrderStore>().FindAsync(Chain, Market, orders, KeeperWorld.Cancellation);

        Assert.Equal([orders[0]], ends.Keys);
        Assert.StartsWith("settled by", ends[orders[0]], StringComparison.Ordinal);
    }

    private static Order Committed(long block) => new($"{Market}", "1", "7", block * 2, block * 2, block * 3, block, "0");
}
