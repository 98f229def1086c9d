using System.Numerics;
using Npgsql;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Scanning;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>Learns of accounts from the market's events, and of liquidations by anybody.</summary>
internal sealed class TraderFinder(IChainClient chain, LiquidationSettings settings, LogScanner scanner)
{
    private readonly LogScan _scan = new(
        $"{KeeperNames.Liquidation}:{settings.Market}", settings.Market,
        [Typed.Topic<OrderSettledEvent>(), Typed.Topic<AccountFlaggedForLiquidationEvent>(), Typed.Topic<AccountLiquidationAttemptEvent>()], settings.Scan);

    public Task<ScanProgress> ScanAsync(CancellationToken cancellation) => scanner.ScanAsync(_scan, KeepAsync, cancellation);

    public Task<ScanProgress> RecoverAsync(CancellationToken cancellation) => scanner.RecoverAsync(_scan, KeepAsync, cancellation);

    private async Task<int> KeepAsync(NpgsqlConnection connection, IReadOnlyList<MinedLog> logs, CancellationToken cancellation)
    {
        var accounts = logs.Select(log => PerpsEvents.ReadAccount(log.Event)).OfType<BigInteger>();
        var ends = logs.Select(log => (Log: log, Attempt: PerpsEvents.ReadAttempt(log.Event)))
            .Where(item => item.Attempt is { RewardUsd.IsZero: false } or { IsWhole: true })
            .Select(item => (item.Log, item.Attempt!.Value.Account)).ToArray();
        await TraderStore.AddEndsAsync(connection, chain.ChainId, settings.Market, ends, cancellation);
        return await TraderStore.AddAsync(connection, chain.ChainId, settings.Market, accounts, cancellation);
    }
}
