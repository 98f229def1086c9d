using System.Globalization;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Scanning;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Finds burns in the sources' events, and takes up those that concern somebody we know.</summary>
internal sealed class RedemptionFinder(
    ChainId chainId, RedemptionSettings settings, IReadOnlyList<(RedemptionSource Source, LogScanner Scanner)> scanners, MessageStore messages,
    TimeProvider time)
{
    private const int MostAtOnce = 500;

    /// <returns>How many burns were new.</returns>
    /// <exception cref="ChainUnavailableException">A source does not answer; what the others told is taken in.</exception>
    public async Task<int> FindAsync(CancellationToken cancellation)
    {
        var failure = await EachAsync((scanner, scan, keep) => scanner.ScanAsync(scan, keep, cancellation));
        var found = await messages.TakeAsync(
            chainId, settings.Everyone, [.. settings.Sources.Select(source => source.ChainId)], MostAtOnce, Describe, cancellation);
        return failure is null ? found : throw failure;
    }

    /// <returns>How many events the first look had missed.</returns>
    /// <exception cref="ChainUnavailableException">A source does not answer.</exception>
    public async Task<int> RecoverAsync(CancellationToken cancellation)
    {
        await messages.PruneAsync(chainId, time.GetUtcNow() - settings.GiveUpAfter, cancellation);
        var missed = 0;
        var failure = await EachAsync(async (scanner, scan, keep) => missed += (await scanner.RecoverAsync(scan, keep, cancellation)).Kept);
        return failure is null ? missed : throw failure;
    }

    private async Task<ChainUnavailableException?> EachAsync(Look look)
    {
        ChainUnavailableException? failure = null;
        foreach (var (source, scanner) in scanners)
        {
            try
            {
                await look(scanner, source.Scan(chainId), (connection, logs, stop) => KeepAsync(source, connection, logs, stop));
            }
            catch (ChainUnavailableException unavailable)
            {
                failure = unavailable;
            }
        }

        return failure;
    }

    private Task<int> KeepAsync(
        RedemptionSource source, NpgsqlConnection connection, IReadOnlyList<MinedLog> logs, CancellationToken cancellation)
    {
        var found = new List<FoundMessage>();
        var occurrences = new Dictionary<Hash32, int>();
        foreach (var log in logs)
        {
            if (source.Read(log.Event, settings) is { } message)
            {
                var first = BurnWork.Id(source.ChainId, log.TransactionHash, message, 0);
                var occurrence = occurrences[first] = occurrences.GetValueOrDefault(first) + 1;
                found.Add(new FoundMessage(
                    BurnWork.Id(source.ChainId, log.TransactionHash, message, occurrence), log.TransactionHash, message));
            }
        }

        return messages.AddAsync(connection, chainId, source, found, cancellation);
    }

    private FoundWork Describe(LeftMessage left)
    {
        var message = BurnMessage.Read(left.Message)!;
        var subject = string.Create(CultureInfo.InvariantCulture, $"{message.Amount} from domain {message.Source} to {message.Recipient}");
        var details = new BurnWork(left.Source.Value, left.Transaction.ToString(), Hex.Encode(left.Message), left.Receiver.ToString());
        return new FoundWork(left.Id, settings.Limits.Lane, subject, details.ToJson(), time.GetUtcNow() + settings.Limits.Grace);
    }

    private delegate Task Look(
        LogScanner scanner, LogScan scan, Func<NpgsqlConnection, IReadOnlyList<MinedLog>, CancellationToken, Task<int>> keep);
}
