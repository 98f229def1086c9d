using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Engine.Sending;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keepers.Upkeeps;
using Relayer.Core.Keys;
using Relayer.Core.Nethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Views;

/// <summary>Runs a <see cref="ViewKeeper{TOptions}"/> on one chain as a keeper like all others.</summary>
internal sealed partial class ViewKeeperLoop<TOptions>(
    string name, ViewKeeper<TOptions> keeper, TOptions options, IChainClient chain, IWeb3Factory web3, KeeperStore store, TimeProvider time,
    ILogger logger) : IOwnKeeper
    where TOptions : ViewKeeperOptions
{
    /// <summary>Pieces of work recorded in one look; what is left over comes with the next.</summary>
    private const int MostFound = 1_000;

    // The interval, counted from the epoch, in which it last looked. Whoever forgets it looks once more: that costs nothing.
    private long? _looked;

    public string Name => name;

    public ChainId ChainId => chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; } =
        new Dictionary<string, KeeperLimits> { [name] = KeeperLimits.From(name, options) };

    private KeeperLimits Limits => Lanes[name];

    public async Task<int> FindAsync(KeeperRun run, CancellationToken cancellation)
    {
        var interval = run.Now.Ticks / options.Every.Ticks;
        if (_looked == interval)
        {
            return 0;
        }

        var (due, fault) = await LookAsync(cancellation);
        if (fault is not null)
        {
            await store.NoteAsync(name, chain.ChainId, name, KeeperReasons.CheckFailed, fault, cancellation);
            return 0;
        }

        // The time is from before the view was looked at: what was done in between is then still the same piece of work.
        string[] keys = [.. due.Keys.Take(MostFound)];
        var found = keys.Length == 0 ? 0 : await AddAsync(keys, run.Now, cancellation);
        _looked = due.Count > MostFound ? null : interval;
        return found;
    }

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation)
    {
        var (seen, fault) = await LookAsync(cancellation);
        var now = time.GetUtcNow();
        if (fault is not null)
        {
            return new KeeperPlan([.. due.Select(work => (work, UpkeepPlanner.Retry(work, Limits, KeeperReasons.CheckFailed, fault, now)))], []);
        }

        var decisions = new List<(KeeperWork, Decision)>();
        var actions = new List<KeeperAction>();
        foreach (var work in due)
        {
            if (ViewPlanner.Evaluate(work, seen.GetValueOrDefault(work.Found.Subject), Limits, now) is { } decision)
            {
                decisions.Add((work, decision));
            }
            else
            {
                var one = seen[work.Found.Subject];
                actions.Add(ViewPlanner.Act(work, one, (ulong)options.GasLimit, now + options.TimeToLive, scope => ActAsync(one, scope)));
            }
        }

        var failing = await SimulateAsync(actions, payer.Account, now, cancellation);
        return new KeeperPlan([.. decisions, .. failing], [.. actions.ExceptBy(failing.Select(item => item.Work), action => action.Works[0])]);
    }

    private async Task<int> AddAsync(string[] keys, DateTimeOffset before, CancellationToken cancellation)
    {
        var counts = await store.CountEndedAsync(name, chain.ChainId, keys, before, cancellation);
        var failures = await store.ReadFailuresAsync(name, chain.ChainId, keys, cancellation);
        var now = time.GetUtcNow();
        var found = keys.Select(key => ViewPlanner.Describe(
            name, chain.ChainId, Limits, key, counts.GetValueOrDefault(key), failures.TryGetValue(key, out var failedAt) ? failedAt : null, now));
        return await store.AddAsync(name, chain.ChainId, [.. found], cancellation);
    }

    /// <summary>What would be sent as it stands is run as it stands; the keeper's own code is simulated when it sends.</summary>
    private async Task<IReadOnlyList<(KeeperWork Work, Decision Decision)>> SimulateAsync(
        IReadOnlyList<KeeperAction> actions, Address payer, DateTimeOffset now, CancellationToken cancellation)
    {
        KeeperAction[] calls = [.. actions.Where(action => action.Act is null)];
        var outcomes = await Trial.RunAsync(
            chain, [.. calls.Select(action => new EthCall(payer, action.To, action.Data, action.GasLimit, action.Value))], cancellation);
        return [.. calls.Zip(outcomes, (action, outcome) => (action.Works[0], UpkeepPlanner.Evaluate(action.Works[0], outcome, Limits, now)))
            .Where(item => item.Item2 is not null).Select(item => (item.Item1, item.Item2!))];
    }

    private async Task<(IReadOnlyDictionary<string, DueWork> Due, string? Fault)> LookAsync(CancellationToken cancellation)
    {
        try
        {
            var scope = new SendScope(cancellation);
            return (ViewPlanner.ByKey(await scope.RunAsync(() => keeper.LookForAsync(web3.For(chain.ChainId), options, cancellation))), null);
        }
        catch (Exception refusal) when (ChainRefusals.IsOne(refusal))
        {
            return (new Dictionary<string, DueWork>(), ChainRefusals.Words(refusal));
        }
    }

    private async Task ActAsync(DueWork work, SendScope scope)
    {
        var simulated = scope with
        {
            Send = async (call, cancellation) =>
            {
                await Simulation.RequireAsync(chain, scope.Account!.Value, call, cancellation);
                return await scope.Send!(call, cancellation);
            },
        };
        try
        {
            await simulated.RunAsync(async () =>
            {
                await keeper.ActForAsync(web3.For(chain.ChainId), options, work, scope.Cancellation);
                return true;
            });
        }
        catch (Exception refusal) when (ChainRefusals.IsOne(refusal))
        {
            throw new TransactionRefusedException(KeeperReasons.SimulationReverted, ChainRefusals.Words(refusal));
        }
        catch (Exception failure) when (!IsInfrastructure(failure))
        {
            // The boundary of one piece of work: what its code met is its own, and the others are done.
            Log.Failed(logger, name, chain.ChainId, work.Key, failure);
            throw new TransactionRefusedException(KeeperReasons.ActFailed, failure.GetType().Name);
        }
    }

    private static bool IsInfrastructure(Exception failure) => failure is TransactionRefusedException or OperationCanceledException or NpgsqlException
        or ChainUnavailableException or SignerUnavailableException;

    private static partial class Log
    {
        [LoggerMessage(EventId = 404, Level = LogLevel.Error, Message = "Keeper {Keeper} on chain {ChainId}: its own code for {Key} failed")]
        public static partial void Failed(ILogger logger, string keeper, ChainId chainId, string key, Exception exception);
    }
}
