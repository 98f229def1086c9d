using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Clock;

namespace Relayer.Core.Transactions.Watch;

/// <summary>Tells people what the watch cannot mend by itself, once, and that it is over.</summary>
/// <param name="chainId">The chain.</param>
/// <param name="health">How the stages are.</param>
/// <param name="missing">What nobody shows the end of.</param>
/// <param name="disagreements">What the providers disagree about.</param>
/// <param name="failing">Signers that keep failing.</param>
/// <param name="clock">Whether the chain stands still.</param>
/// <param name="incidents">Where it is told; without, nobody is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says that it could not be told.</param>
/// <param name="trouble">Says once for all that the database cannot be used.</param>
internal sealed partial class WatchIncidents(
    ChainId chainId, StageHealth health, MissingReceipts missing, DisagreementLog disagreements, FailingSigners failing, ChainClock clock, IncidentLog? incidents, TimeProvider time,
    ILogger logger, StorageTrouble? trouble = null)
{
    /// <summary>The kind of incident about transactions without a receipt.</summary>
    public const string ReceiptMissing = "receipt_missing";

    /// <summary>The kind of incident about providers that say different things of the same.</summary>
    public const string ProvidersDisagree = "providers_disagree";

    /// <summary>The kind of incident about a chain that makes no blocks.</summary>
    public const string ChainStalled = "chain_stalled";

    /// <summary>What a stalled stage's kind of incident begins with.</summary>
    public const string StagePrefix = "watch_";

    /// <summary>Looked at so often while passes follow one another.</summary>
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(10);

    /// <summary>An instance that told of a disagreement may be gone; for so long it is left to say that it is over.</summary>
    private static readonly TimeSpan LeftAlone = TimeSpan.FromHours(1);

    /// <summary>Transactions named in one incident.</summary>
    private const int Named = 5;

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly HashSet<string> _told = [];
    private DateTimeOffset _lookedAt;

    /// <summary>Tells what is new, behind a pass. Fails for nobody: what cannot be told now is told later.</summary>
    public Task LookAsync(CancellationToken cancellation) =>
        time.GetUtcNow() - _lookedAt < AtMostEvery ? Task.CompletedTask : TellAsync(false, cancellation);

    /// <summary>The same at the timer's passes, and ends what an instance left open that is gone.</summary>
    public Task SettleAsync(CancellationToken cancellation) => TellAsync(true, cancellation);

    private async Task TellAsync(bool isWhole, CancellationToken cancellation)
    {
        _lookedAt = time.GetUtcNow();
        if (incidents is null)
        {
            return;
        }

        try
        {
            IncidentReport[] wrong =
            [
                .. health.FindStalled().Select(Report),
                .. (await missing.FindOverdueAsync(cancellation)).Select(Report),
                .. ReportDisagreement(),
                .. ReportStandstill(),
                .. isWhole ? await failing.FindAsync(time.GetUtcNow(), cancellation) : [],
            ];
            foreach (var report in wrong)
            {
                await incidents.RaiseAsync(report, cancellation);
                _told.Add(report.Cause);
            }

            foreach (var cause in (await FindOverAsync(isWhole, cancellation)).Except(wrong.Select(report => report.Cause)).ToArray())
            {
                await incidents.ResolveAsync(cause, "It works again.", cancellation);
                _told.Remove(cause);
            }
        }
        catch (NpgsqlException away)
        {
            if (trouble?.Tell(away) is not true)
            {
                Log.NotTold(logger, chainId, away);
            }
        }
    }

    /// <summary>What this instance told, and at the timer's passes what others did, as far as this one knows better.</summary>
    private async Task<IEnumerable<string>> FindOverAsync(bool isWhole, CancellationToken cancellation)
    {
        if (!isWhole)
        {
            // Signers are looked at by the timer alone; and a chain that cannot be asked may stand still yet.
            return _told.Where(cause => !cause.StartsWith(FailingSigners.Kind, StringComparison.Ordinal)
                && (!cause.StartsWith(ChainStalled, StringComparison.Ordinal) || clock.Standing.Motion is ChainMotion.Moves));
        }

        var (open, _) = await incidents!.ReadAsync(0, cancellation);
        return [.. open.Where(incident => incident.Report.ChainId == chainId && IsKnownBetter(incident)).Select(incident => incident.Report.Cause)];
    }

    // Of transactions it knows only after as long a look as it takes to miss them. What the providers said to another instance this one did not hear.
    private bool IsKnownBetter(Incident incident) => incident.Report.Kind switch
    {
        FailingSigners.Kind => true,
        ReceiptMissing => time.GetUtcNow() - _startedAt >= MissingReceipts.ToldAfter * 2,
        ChainStalled => clock.Standing.Motion is ChainMotion.Moves,
        ProvidersDisagree => _told.Contains(incident.Report.Cause)
            || (time.GetUtcNow() - _startedAt >= DisagreementLog.ToldFor && time.GetUtcNow() - incident.UpdatedAt >= LeftAlone),
        _ => Enum.GetValues<WatchStage>().Any(stage => incident.Report.Kind == StagePrefix + stage.Name() && health.Works(stage)),
    };

    private IEnumerable<IncidentReport> ReportDisagreement()
    {
        if (disagreements.FindTrouble(chainId) is { } trouble)
        {
            yield return new(
                ProvidersDisagree, IncidentSeverity.Critical, chainId, null, $"The providers of chain {chainId} contradict each other",
                $"They disagree about {trouble}. What enough of them agree on is believed, and what is not agreed upon waits. All of it is kept in provider_disagreements.");
        }
    }

    private IEnumerable<IncidentReport> ReportStandstill()
    {
        var standing = clock.Standing;
        if (standing.IsBehind)
        {
            var minutes = (time.GetUtcNow() - standing.BlockTime).TotalMinutes;
            yield return new(
                ChainStalled, IncidentSeverity.Critical, chainId, null, $"Chain {chainId} stands still",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"It is {minutes:F0} minutes behind the clock: {standing}. Nothing expires meanwhile that it may still carry out, new relays are refused (chain_stalled), keepers wait and no fee is raised; ")
                + "all goes on by itself. Look at the chain's status page, whether its providers are at the height that block explorers show, and at this machine's clock.");
        }
    }

    private IncidentReport Report(StalledStage stalled) => new(
        StagePrefix + stalled.Stage.Name(), IncidentSeverity.Critical, chainId, null, $"The watch's stage {stalled.Stage.Name()} fails on chain {chainId}",
        $"It has not succeeded since {stalled.Since:u} ({stalled.Kind}). The log has the cause (event 260). The other stages go on.");

    private IncidentReport Report(IGrouping<Address, MissingReceipts.Missing> signer)
    {
        var named = string.Join("; ", signer.Take(Named).Select(item => $"{item.Id} at nonce {item.Nonce}: {item.What}"));
        return new(
            ReceiptMissing, IncidentSeverity.Critical, chainId, signer.Key, $"Nobody shows a receipt for transactions of {signer.Key} on chain {chainId}",
            $"They stay open until there is evidence. {named}{(signer.Count() > Named ? $"; {signer.Count() - Named} more" : "")}. Look at the chain's providers.");
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 262, Level = LogLevel.Warning, Message = "What is wrong with the watch on chain {ChainId} could not be put on record; tried again")]
        public static partial void NotTold(ILogger logger, ChainId chainId, Exception exception);
    }
}
