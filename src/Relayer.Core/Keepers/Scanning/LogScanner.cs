using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Scanning;

/// <summary>
/// Reads a contract's events forward from a cursor in the database, and a second time, slowly, over the last day.
/// </summary>
/// <remarks>
/// The cursor moves only with what was found, and events are known by block hash and index: whatever is read again, by whichever
/// instance or scan, is taken in once. A range that a node finds too many is halved, or as long as the node says it may be; a node that lags is not believed
/// (<see cref="IChainClient.ReadLogsAsync"/>).
/// </remarks>
internal sealed partial class LogScanner(IChainClient chain, ScanStore store, ILogger logger)
{
    /// <summary>Ranges that the second scan reads in one run: it is in no hurry.</summary>
    private const int RangesPerRecovery = 2;

    /// <summary>So many ranges later a limit that a node named is tried again: the plan, or the provider, may be another by then.</summary>
    private const int RangesPerLimit = 1_000;

    // How many blocks the next range has. A hint: whoever forgets it begins with the most.
    private long _range;

    // What a node said is its most, and how many ranges it is still believed for.
    private (long Most, int Left) _limit = (long.MaxValue, 0);

    /// <summary>Reads on from where the last scan ended, up to the head.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers, none is up to date, or one block alone is too many events.</exception>
    public async Task<ScanProgress> ScanAsync(
        LogScan scan, Func<NpgsqlConnection, IReadOnlyList<MinedLog>, CancellationToken, Task<int>> keep, CancellationToken cancellation)
    {
        var head = (await chain.ReadHeadAsync(cancellation)).Number;
        var from = ScanRange.From(await store.ReadCursorAsync(scan.Name, chain.ChainId, cancellation), head, scan.Options);
        return await ReadAsync(scan, scan.Name, from, head, scan.Options.RangesPerRun, keep, cancellation);
    }

    /// <summary>The slow second scan: begins a day ago, goes on to where the first one is, and begins anew.</summary>
    /// <exception cref="ChainUnavailableException">As <see cref="ScanAsync"/>.</exception>
    public async Task<ScanProgress> RecoverAsync(
        LogScan scan, Func<NpgsqlConnection, IReadOnlyList<MinedLog>, CancellationToken, Task<int>> keep, CancellationToken cancellation)
    {
        var head = (await chain.ReadHeadAsync(cancellation)).Number;
        var oldest = Math.Max(0, Math.Max(scan.Options.StartBlock, head - scan.Options.RecoverBlocks));
        var cursor = await store.ReadCursorAsync(scan.RecoverName, chain.ChainId, cancellation) ?? oldest;
        var first = await store.ReadCursorAsync(scan.Name, chain.ChainId, cancellation) ?? 0;
        if (cursor >= first - 1)
        {
            cursor = oldest;

            // After a long rest the first scan is far behind: what it reads again must still be known.
            var unread = Math.Min(oldest, first - scan.Options.ReorgBlocks);
            await store.PruneAsync(scan.Name, chain.ChainId, unread - scan.Options.RecoverBlocks, cancellation);
        }

        // Only where the first scan has been: what it has not read yet, it does not miss.
        var progress = await ReadAsync(
            scan, scan.RecoverName, Math.Max(cursor, oldest), Math.Min(head, first - 1), RangesPerRecovery, keep, cancellation);
        if (progress.Events > 0)
        {
            Log.Missed(logger, scan.Name, chain.ChainId, progress.Events);
        }

        return progress;
    }

    private async Task<ScanProgress> ReadAsync(
        LogScan scan, string cursor, long from, long head, int ranges,
        Func<NpgsqlConnection, IReadOnlyList<MinedLog>, CancellationToken, Task<int>> keep, CancellationToken cancellation)
    {
        var progress = new ScanProgress(0, 0, from, head);
        var range = _range == 0 ? scan.Options.MaxRange : _range;
        for (var i = 0; i < ranges && from <= head; i++)
        {
            var to = Math.Min(from + range - 1, head);
            switch (await chain.ReadLogsAsync(scan.Filter(from, to), cancellation))
            {
                case LogsOutcome.Found found:
                    CrashPoints.PassIf(found.Logs.Count > 0, CrashPoints.ScanRead);
                    var (events, kept) = await store.KeepAsync(scan, cursor, chain.ChainId, found.Logs, to + 1, head, keep, cancellation);
                    CrashPoints.PassIf(events > 0, CrashPoints.ScanStored);
                    progress = new ScanProgress(progress.Events + events, progress.Kept + kept, to + 1, head);
                    _limit = _limit.Left > 0 ? (_limit.Most, _limit.Left - 1) : (long.MaxValue, 0);
                    (from, range) = (to + 1, ScanRange.Grow(range, scan.Options, _limit.Most));
                    break;
                case LogsOutcome.TooMany tooMany:
                    var said = tooMany.Error.Figures;
                    range = ScanRange.Narrow(to - from + 1, said?.MostBlocks ?? said?.RetryBlocks);
                    _limit = said?.MostBlocks == range ? (range, RangesPerLimit) : _limit;
                    Log.TooMany(logger, scan.Name, chain.ChainId, from, to, range);
                    if (range == 0)
                    {
                        throw new ChainUnavailableException(chain.ChainId, $"block {from} alone has too many events: {tooMany.Error.Message}");
                    }

                    break;
            }

            _range = range;
        }

        return progress;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 410, Level = LogLevel.Debug, Message = "Scan {Scan} on chain {ChainId}: {From} to {To} was too many; now {Range} blocks")]
        public static partial void TooMany(ILogger logger, string scan, ChainId chainId, long from, long to, long range);

        [LoggerMessage(EventId = 411, Level = LogLevel.Warning, Message = "Scan {Scan} on chain {ChainId}: the second look found {Count} events that the first had missed")]
        public static partial void Missed(ILogger logger, string scan, ChainId chainId, int count);
    }
}
