using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Operations;
using Relayer.Core.Treasury.Spend;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>Reads what a plan of top-ups looks at, under the wallet's lock.</summary>
/// <param name="time">The clock.</param>
public sealed class TopUpContextReader(TimeProvider time)
{
    /// <summary>Takes the lock that ends with the transaction of <paramref name="connection"/>, and reads.</summary>
    /// <returns>The situation; what was sent to whom; and what may be spent of the wallet beside what is under way.</returns>
    internal async Task<(TopUpContext Situation, IReadOnlyDictionary<Address, TopUpHistory> History, Wei Budget)> ReadAsync(
        NpgsqlConnection connection, TopUpView view, CancellationToken cancellation)
    {
        var isKnown = await TopUpStore.LockAsync(connection, view.ChainId, view.Council, cancellation);
        var (now, block) = (time.GetUtcNow(), view.Reading.Block.Number);
        var history = await TopUpStore.ReadHistoryAsync(connection, view.ChainId, block, now.AddDays(-1), cancellation);
        var (underWay, minedSince) = await TopUpStore.ReadCommittedAsync(connection, view.ChainId, view.Council, block, cancellation);
        var rates = await SpendStore.ReadRatesAsync(connection, [view.ChainId], now, cancellation);
        var losses = await IncidentLog.ReadAccountsAsync(connection, TopUpStops.Loss, view.ChainId, cancellation);
        var isStopped = !isKnown || losses.Contains(view.Council) || view.Short.Contains(view.Council) || IsClockOff(view, now)
            || await IsStoppedAsync(connection, view.ChainId, cancellation);

        // Somebody else's money is nobody's: of an account that is no signer any more only what it was sent counts.
        var signers = view.Signers.Select(signer => new TopUpSigner(
            signer,
            view.Reading.Find(signer)?.State?.Balance,
            rates.GetValueOrDefault((view.ChainId, signer), AccountSpendRate.None).All.Present,
            history.GetValueOrDefault(signer)?.InFlight ?? Wei.Zero,
            history.GetValueOrDefault(signer)?.SentToday ?? Wei.Zero,
            history.GetValueOrDefault(signer)?.LastAt,
            losses.Contains(signer) || view.Short.Contains(signer))
        {
            HasCode = view.Codes.ContainsKey(signer),
            Failures = history.GetValueOrDefault(signer)?.Failures ?? 0,
            FailedBlock = history.GetValueOrDefault(signer)?.FailedBlock,
        });
        var council = view.Reading.Find(view.Council)?.State?.Balance;
        var situation = new TopUpContext(
            now, view.Council, council, underWay + minedSince,
            history.Values.Aggregate(Wei.Zero, (sum, sent) => sum + sent.SentToday), view.TransferCost, isStopped, [.. signers]);
        var budget = (council ?? Wei.Zero).ToBigInteger() - minedSince.ToBigInteger() - TopUpRules.From(view.Options).CouncilMinimum.ToBigInteger();
        return (situation, history, new Wei(UInt256.From(BigInteger.Max(0, budget))));
    }

    /// <summary>One of the two is wrong: a node that stands still, or a clock by which caps and cool-downs would be counted wrongly.</summary>
    internal static bool IsClockOff(TopUpView view, DateTimeOffset now) =>
        (now - view.Reading.Block.Timestamp).Duration() > view.Options.MaxClockDifference;

    private static async Task<bool> IsStoppedAsync(NpgsqlConnection connection, ChainId chainId, CancellationToken cancellation)
    {
        await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { Pauses.Find([PauseScope.TopUps]) } })
        {
            await using var rows = await batch.ExecuteReaderAsync(cancellation);
            if ((await Pauses.ReadAsync(rows, cancellation)).Count > 0)
            {
                return true;
            }
        }

        foreach (var kind in (string[])[TopUpStops.Anomaly, TopUpStops.SharedKey])
        {
            if ((await IncidentLog.LookAsync(connection, IncidentReport.CauseOf(kind, chainId), cancellation)).IsOpen)
            {
                return true;
            }
        }

        return false;
    }
}
