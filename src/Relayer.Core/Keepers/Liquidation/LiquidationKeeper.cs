using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Perps.Gas;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>Liquidates accounts that nobody else has liquidated, one in a transaction.</summary>
internal sealed class LiquidationKeeper : IKeeper, IRecoveringKeeper
{
    private readonly IChainClient _chain;
    private readonly LiquidationSettings _settings;
    private readonly TraderFinder _finder;
    private readonly TraderStore _accounts;
    private readonly KeeperStore _store;
    private readonly TimeProvider _time;
    private readonly PerpsLoop _loop;
    private readonly AccountChecks _checks;

    // Where the next page begins; whoever forgets it begins at the front.
    private BigInteger _after = -1;

    public LiquidationKeeper(
        IChainClient chain, LiquidationSettings settings, TraderFinder finder, TraderStore accounts, KeeperStore store,
        IPriceSource prices, TimeProvider time)
    {
        (_chain, _settings, _finder, _accounts, _store, _time) = (chain, settings, finder, accounts, store, time);
        _loop = new PerpsLoop(chain, prices, settings.Market, settings.Multicall, time);
        _checks = new AccountChecks(chain, settings, _loop);
        Lanes = new Dictionary<string, KeeperLimits> { [settings.Limits.Lane] = settings.Limits };
    }

    public string Name => KeeperNames.Liquidation;

    public ChainId ChainId => _chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; }

    public async Task<int> FindAsync(KeeperRun run, CancellationToken cancellation)
    {
        var head = (await _finder.ScanAsync(cancellation)).Head;
        var page = await PageAsync(cancellation);
        var (found, untold) = await _checks.FindAsync(page, cancellation);
        if (untold > 0)
        {
            await _store.NoteAsync(
                Name, ChainId, $"market {_settings.Market}", KeeperReasons.CheckFailed, $"nothing is known of {untold} of {page.Count} accounts", cancellation);
        }

        var counts = await _store.CountEndedAsync(Name, ChainId, [.. found.Select(item => Target.SubjectOf(item.Account))], run.Now, cancellation);
        var due = _time.GetUtcNow() + _settings.Limits.Grace;
        return await _store.AddAsync(
            Name, ChainId,
            [
                .. found.Select(item => (new Target(_settings.Market.ToString(), $"{item.Account}", item.Kind, head, $"{_settings.WeiPerUsd}"), Target.SubjectOf(item.Account)))
                    .Select(item => new FoundWork(
                        item.Item1.Id(ChainId, counts.GetValueOrDefault(item.Item2)), _settings.Limits.Lane, item.Item2, item.Item1.ToJson(), due)),
            ],
            cancellation);
    }

    /// <summary>The accounts whose turn it is. A last page that is full is told only by the empty one behind it: then it is the first one's turn.</summary>
    private async Task<IReadOnlyList<BigInteger>> PageAsync(CancellationToken cancellation)
    {
        var page = await _accounts.PageAsync(ChainId, _settings.Market, _after, _settings.AccountsPerRun, cancellation);
        if (page.Count == 0 && _after >= 0)
        {
            page = await _accounts.PageAsync(ChainId, _settings.Market, -1, _settings.AccountsPerRun, cancellation);
        }

        _after = page.Count < _settings.AccountsPerRun ? -1 : page[^1];
        return page;
    }

    public async Task<int> RecoverAsync(CancellationToken cancellation) => (await _finder.RecoverAsync(cancellation)).Kept;

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation)
    {
        var targets = due.Select(Target.Read).ToArray();
        var liquidated = await _accounts.FindLiquidatedAsync(ChainId, _settings.Market, targets, cancellation);
        var tasks = due.Select((work, i) => new PerpsTask(work, targets[i].Call())).ToArray();
        var wasLiquidated = due.Zip(targets).ToDictionary(item => item.First, item => liquidated.Contains(item.Second.AccountId));
        var room = GasRoom.Of(_settings.GasLimit, await _chain.ReadHeadAsync(cancellation), payer, _settings.Limits);
        var ready = await _loop.RunAsync(
            tasks.Select(task => new[] { task }), payer.Account, room,
            (task, refusal, detail) => LiquidationPlanner.Refuse(
                task.Work, refusal, detail, wasLiquidated[task.Work], _settings.Limits, _time.GetUtcNow()),
            cancellation);
        var actions = new List<KeeperAction>();
        foreach (var bundle in ready)
        {
            var task = bundle.Tasks[0];
            var reward = RewardOf(task.Returned);
            if (reward.IsZero)
            {
                task.Decision = LiquidationPlanner.WithoutReward(wasLiquidated[task.Work], _time.GetUtcNow());
                continue;
            }

            actions.Add(new KeeperAction(
                [task.Work], _settings.Multicall, Multicall.ValueOf(bundle.Calls), bundle.Gas!.Value, Multicall.Encode(bundle.Calls),
                _time.GetUtcNow() + TimeSpan.FromMinutes(1), PerpsEvents.ToWei(reward, _settings.WeiPerUsd))
            {
                ExpectedGas = bundle.ExpectedGas,
            });
        }

        return new KeeperPlan([.. tasks.Where(task => task.Decision is not null).Select(task => (task.Work, task.Decision!))], actions);
    }

    private static BigInteger RewardOf(ReadOnlyMemory<byte> returned) =>
        returned.Length == AbiWriter.Word ? new BigInteger(returned.Span, isUnsigned: true, isBigEndian: true) : BigInteger.Zero;
}
