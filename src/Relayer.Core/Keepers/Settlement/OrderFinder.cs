using Npgsql;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keepers.Scanning;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>Finds committed orders in the market's events, and how orders ended.</summary>
internal sealed class OrderFinder(IChainClient chain, SettlementSettings settings, LogScanner scanner, KeeperStore store, TimeProvider time)
{
    private readonly LogScan _scan = new(
        $"{KeeperNames.Settlement}:{settings.Market}", settings.Market,
        [Typed.Topic<OrderCommittedEvent>(), Typed.Topic<OrderSettledEvent>(), Typed.Topic<OrderCancelledEvent>()], settings.Scan);

    /// <returns>How many orders were new.</returns>
    public async Task<int> FindAsync(CancellationToken cancellation) => (await scanner.ScanAsync(_scan, KeepAsync, cancellation)).Kept;

    /// <returns>How many orders the first look had missed.</returns>
    public async Task<int> RecoverAsync(CancellationToken cancellation) => (await scanner.RecoverAsync(_scan, KeepAsync, cancellation)).Kept;

    private async Task<int> KeepAsync(NpgsqlConnection connection, IReadOnlyList<MinedLog> logs, CancellationToken cancellation)
    {
        var (ends, found) = (new List<(MinedLog, EndedOrder)>(), new List<FoundWork>());
        foreach (var log in logs)
        {
            if (PerpsEvents.ReadEnded(log.Event) is { } ended)
            {
                ends.Add((log, ended));
            }
            else if (PerpsEvents.ReadCommitted(log.Event) is { } committed)
            {
                found.Add(Describe(log, committed));
            }
        }

        await OrderStore.AddAsync(connection, chain.ChainId, settings.Market, ends, cancellation);
        return found.Count == 0 ? 0 : await store.AddAsync(connection, KeeperNames.Settlement, chain.ChainId, found, cancellation);
    }

    private FoundWork Describe(MinedLog log, CommittedOrder committed)
    {
        var order = new Order(
            settings.Market.ToString(), $"{committed.Market}", $"{committed.Account}", committed.CommittedAt, committed.OpensAt,
            committed.ClosesAt, log.BlockNumber, $"{settings.WeiPerUsd}");
        var due = OrderPlanner.DueAt(order, settings.Limits.Grace);
        var now = time.GetUtcNow();

        // What is long past is looked at once, for the record.
        return new FoundWork(order.Id(chain.ChainId), settings.Limits.Lane, order.Subject(), order.ToJson(), due < now ? now : due);
    }
}
