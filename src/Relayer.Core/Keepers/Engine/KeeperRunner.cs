using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine.Sending;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keepers.Upkeeps;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Keepers.Engine;

/// <summary>One run of one keeper: find, look again, decide, send, record. It sequences and decides nothing itself.</summary>
internal sealed partial class KeeperRunner(
    ChainEngines engines, KeeperStore store, KeeperSender sender, TimeProvider time, ILogger<KeeperRunner> logger)
{
    /// <summary>Work looked at in one run; what is left comes with the next, at once.</summary>
    private const int MaxDue = 500;

    /// <summary>Transactions handed to the engine at once: their writes queue for the budget's row anyway.</summary>
    private const int Parallelism = 8;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);

    /// <summary>Runs once. Infrastructure that is unavailable ends the run, and is told in its record as far as there is a database.</summary>
    /// <returns>How it went. What nobody foresaw is thrown on, and on record as <c>failed</c>.</returns>
    public async Task<RunRecord> RunAsync(IKeeper keeper, bool isPaused, CancellationToken cancellation)
    {
        var (run, lastOutcome) = await store.BeginAsync(keeper.Name, keeper.ChainId, cancellation);
        CrashPoints.Pass(CrashPoints.KeeperBegun);
        RunRecord record;
        try
        {
            record = isPaused ? new RunRecord(run.Now, "paused", 0, 0, 0, 0) : await TryRunAsync(keeper, run, cancellation);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or NpgsqlException))
        {
            // Nothing foreseen: whoever reads the record must not find it all well.
            record = new RunRecord(run.Now, "failed", 0, 0, 0, 0, failure.GetType().Name);
            await store.FinishAsync(keeper.Name, keeper.ChainId, record, lastOutcome, cancellation);
            throw;
        }

        CrashPoints.PassIf(record.Sent > 0, CrashPoints.KeeperSent);
        await store.FinishAsync(keeper.Name, keeper.ChainId, record, lastOutcome, cancellation);
        return record;
    }

    /// <summary>True after a run that had as much as fits into one and got on with it: more may be due already.</summary>
    public static bool LeavesMore(RunRecord run) => run is { Outcome: "done", Due: MaxDue, Sent: > 0 };

    private async Task<RunRecord> TryRunAsync(IKeeper keeper, KeeperRun run, CancellationToken cancellation)
    {
        var record = new RunRecord(run.Now, "done", 0, 0, 0, 0);

        // Behind the run's time and before it looks: what had ended by then is seen, by whichever node answers, and does not look due once more.
        await engines.Get(keeper.ChainId).LearnConfirmedAsync(cancellation);
        try
        {
            // Whatever it would find or do, it would go by old prices and an old state. What is due stays due.
            if (await engines.Get(keeper.ChainId).LookAtStandingAsync(cancellation) is { IsBehind: true } standing)
            {
                return record with { Outcome = KeeperReasons.ChainStalled, Detail = standing.ToString() };
            }

            record = record with { Found = await keeper.FindAsync(run, cancellation) };
            CrashPoints.PassIf(record.Found > 0, CrashPoints.KeeperFound);
        }
        catch (ChainUnavailableException unavailable)
        {
            // What was found before may still be due.
            Log.Unavailable(logger, keeper.Name, keeper.ChainId, unavailable.Message);
            record = record with { Outcome = "unavailable", Detail = unavailable.Message };
        }

        try
        {
            return await ActAsync(keeper, record, cancellation);
        }
        catch (Exception unavailable) when (unavailable is ChainUnavailableException or SignerUnavailableException)
        {
            Log.Unavailable(logger, keeper.Name, keeper.ChainId, unavailable.Message);
            return record with { Outcome = "unavailable", Detail = unavailable.Message };
        }
    }

    private async Task<RunRecord> ActAsync(IKeeper keeper, RunRecord record, CancellationToken cancellation)
    {
        var due = await store.ReadDueAsync(keeper.Name, keeper.ChainId, MaxDue, cancellation);
        if (due.Count == 0)
        {
            return record;
        }

        CrashPoints.Pass(CrashPoints.KeeperDue);
        record = record with { Due = due.Count };
        var open = await LeaveOutAsync(keeper, due, cancellation);
        var engine = engines.Get(keeper.ChainId);
        var quote = open.Count == 0 ? null : await engine.QuoteAsync(0, 0, SignerUse.Keepers, cancellation);
        if (quote is not { Fees: not null, Signers.Count: > 0 })
        {
            var reason = quote is { Fees: null } ? KeeperReasons.FeeAboveCap : KeeperReasons.SignersExhausted;
            await WaitAsync(keeper, open, reason, null, Soon, cancellation);
            return record with { Skipped = due.Count };
        }

        if (engine.Standing is { IsBehind: true } standing)
        {
            await WaitAsync(keeper, open, KeeperReasons.ChainStalled, standing.ToString(), Soon, cancellation);
            return record with { Skipped = due.Count };
        }

        var data = quote.Data.Of(DataPrice.UsualBytes);
        var payer = new Payer(quote.Signers[0], quote.ExpectedPrice, data.Gas, data.Fee);
        var plan = await keeper.PlanAsync(open, payer, cancellation);
        CrashPoints.Pass(CrashPoints.KeeperPlanned);
        await store.DecideAsync(keeper.Name, keeper.ChainId, plan.Decisions, cancellation);
        CrashPoints.Pass(CrashPoints.KeeperDecided);
        var sent = 0;

        // Side by side, since most of it is waiting for disks and nodes; one that fails lets those under way end.
        var several = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(plan.Actions, several, async (action, _) =>
        {
            if (await SendAsync(engine, keeper, action, quote, cancellation))
            {
                Interlocked.Increment(ref sent);
            }
        });
        return record with { Sent = sent, Skipped = due.Count - plan.Actions.Sum(action => action.Works.Count) };
    }

    /// <summary>What is not even judged: lanes that are not configured any more, or stand still.</summary>
    private async Task<IReadOnlyList<KeeperWork>> LeaveOutAsync(IKeeper keeper, IReadOnlyList<KeeperWork> due, CancellationToken cancellation)
    {
        var breakers = await store.ReadBreakersAsync(keeper.Name, keeper.ChainId, cancellation);
        var still = due.Where(work => breakers.ContainsKey(work.Found.Lane)).ToArray();
        var gone = due.Where(work => !keeper.Lanes.ContainsKey(work.Found.Lane)).Except(still).ToArray();
        await store.DecideAsync(
            keeper.Name, keeper.ChainId,
            [
                .. still.Select(work => (work, (Decision)new Decision.Wait(KeeperReasons.BreakerOpen, breakers[work.Found.Lane]))),
                .. gone.Select(work => (work, (Decision)new Decision.End(WorkState.Dropped, "not_configured"))),
            ],
            cancellation);
        return [.. due.Except(still).Except(gone)];
    }

    private async Task<bool> SendAsync(ChainEngine engine, IKeeper keeper, KeeperAction action, Quote quote, CancellationToken cancellation)
    {
        var limits = keeper.Lanes[action.Works[0].Found.Lane];
        if (limits.IsDryRun)
        {
            await WaitAsync(keeper, action.Works, KeeperReasons.DryRun, WouldDo(action), Later, cancellation);
            return false;
        }

        Address[] signers = [.. quote.Signers.Where(signer => limits.Signers.Count == 0 || limits.Signers.Contains(signer))];
        var result = signers.Length == 0
            ? new SendResult.Refused(KeeperReasons.SignersExhausted, null)
            : await KeeperHand.SendAsync(
                action, signers[0], (one, token) => sender.SendAsync(engine, keeper.Name, limits, one, quote, signers, token), cancellation);
        switch (result)
        {
            case SendResult.Sent sent:
                Log.Sent(logger, keeper.Name, keeper.ChainId, action.Works[0].Found.Subject, action.Works.Count, sent.TransactionId);
                return true;
            case SendResult.Refused refused:
                await WaitAsync(keeper, action.Works, refused.Reason, refused.Detail, Soon, cancellation);
                return false;
            case SendResult.Failed failed:
                var now = time.GetUtcNow();
                await store.DecideAsync(
                    keeper.Name, keeper.ChainId,
                    [.. action.Works.Select(work => (work, UpkeepPlanner.Retry(work, limits, failed.Reason, failed.Detail, now)))], cancellation);
                return false;
            default:
                return false;
        }
    }

    private static string WouldDo(KeeperAction action) =>
        action.Act is null ? $"would call {action.To} with {action.GasLimit} gas, of which some {action.ExpectedGas} are used" : "would run the keeper's own code";

    private Task WaitAsync(
        IKeeper keeper, IReadOnlyList<KeeperWork> works, string reason, string? detail, TimeSpan wait, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + wait;
        return store.DecideAsync(
            keeper.Name, keeper.ChainId, [.. works.Select(work => (work, (Decision)new Decision.Wait(reason, until, detail)))], cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Keeper {Keeper} on chain {ChainId}: sent {Transaction} for {Subject} ({Count} in all)")]
        public static partial void Sent(ILogger logger, string keeper, ChainId chainId, string subject, int count, Guid transaction);

        [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "Keeper {Keeper} on chain {ChainId} could not finish its run: {Reason}")]
        public static partial void Unavailable(ILogger logger, string keeper, ChainId chainId, string reason);
    }
}
