using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>Settles orders that nobody else has settled, or cancels those whose acceptable price is exceeded.</summary>
internal sealed class SettlementKeeper(
    IChainClient chain, SettlementSettings settings, OrderFinder finder, OrderStore orders, IPriceSource prices, TimeProvider time)
    : IKeeper, IRecoveringKeeper
{
    private static readonly AbiType.Tuple OrderAnswer = AbiSignature.Parse(
        "o((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))").Inputs;

    private readonly PerpsLoop _loop = new(chain, prices, settings.Market, settings.Multicall, time);

    public string Name => KeeperNames.Settlement;

    public ChainId ChainId => chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; } =
        new Dictionary<string, KeeperLimits> { [settings.Limits.Lane] = settings.Limits };

    public Task<int> FindAsync(KeeperRun run, CancellationToken cancellation) => finder.FindAsync(cancellation);

    public Task<int> RecoverAsync(CancellationToken cancellation) => finder.RecoverAsync(cancellation);

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Address sender, CancellationToken cancellation)
    {
        var pending = due.Select(work => (Work: work, Order: Order.Read(work))).ToArray();
        var head = (await chain.ReadHeadAsync(cancellation)).Timestamp.ToUnixTimeSeconds();
        var views = await ViewAsync([.. pending.Select(item => item.Order)], cancellation);
        var now = time.GetUtcNow();
        var verdicts = new List<(KeeperWork, Verdict)>();
        var tasks = new List<(PerpsTask Task, Order Order)>();
        for (var i = 0; i < pending.Length; i++)
        {
            if (OrderPlanner.Judge(pending[i].Order, views[i], head, now) is { } verdict)
            {
                verdicts.Add((pending[i].Work, verdict));
            }
            else
            {
                AbiValue account = pending[i].Order.AccountId;
                tasks.Add((
                    new PerpsTask(pending[i].Work, PerpsAbi.SettleOrder.Encode(account), PerpsAbi.CancelOrder.Encode(account)),
                    pending[i].Order));
            }
        }

        var updates = await _loop.RunAsync(
            [.. tasks.Select(item => item.Task)], sender, settings.GasFor(1),
            (task, refusal, detail) => OrderPlanner.Refuse(task.Work, refusal, detail, settings.Limits, time.GetUtcNow()), cancellation);
        var actions = await ActAsync(tasks, updates, sender, head, verdicts, cancellation);
        verdicts.AddRange(tasks.Where(item => item.Task.Verdict is not null).Select(item => (item.Task.Work, item.Task.Verdict!)));
        return new KeeperPlan(verdicts, actions);
    }

    /// <summary>Groups what is ready, and simulates each transaction as it will be sent, gas limit and all.</summary>
    private async Task<IReadOnlyList<KeeperAction>> ActAsync(
        IReadOnlyList<(PerpsTask Task, Order Order)> tasks, IReadOnlyDictionary<string, OracleUpdate> updates, Address sender, long head,
        List<(KeeperWork, Verdict)> verdicts, CancellationToken cancellation)
    {
        var ready = tasks.Where(item => item.Task.Returned is not null).ToDictionary(item => item.Task, item => item.Order);
        var rewards = await RewardsAsync([.. ready.Values.Select(order => order.Market).Distinct()], cancellation);
        var actions = OrderPlanner.Group(ready.Select(item => (item.Key, item.Value)), settings.MaxOrders)
            .Select(group => Describe(group, [.. group.Select(task => ready[task])], updates, head, rewards)).ToArray();
        var outcomes = await chain.CallAsync(
            [.. actions.Select(action => new EthCall(sender, action.To, action.Data, action.GasLimit, action.Value))], cancellation);
        var passed = new List<KeeperAction>();
        for (var i = 0; i < actions.Length; i++)
        {
            if (outcomes[i] is CallOutcome.Returned)
            {
                passed.Add(actions[i]);
                continue;
            }

            var (refusal, detail) = outcomes[i] is CallOutcome.Reverted reverted
                ? (PerpsErrors.Read(reverted.Data.Span), PerpsErrors.Describe(reverted.Data.Span))
                : (PerpsRefusal.Unknown, ((CallOutcome.Refused)outcomes[i]).Error.Message);
            verdicts.AddRange(actions[i].Works.Select(
                work => (work, OrderPlanner.Refuse(work, refusal, detail, settings.Limits, time.GetUtcNow()))));
        }

        return passed;
    }

    private KeeperAction Describe(
        PerpsTask[] group, Order[] orders, IReadOnlyDictionary<string, OracleUpdate> updates, long head,
        IReadOnlyDictionary<string, BigInteger> rewards)
    {
        // A price update that fails is worth nothing to anybody: it takes the whole with it, and its value stays here.
        // An order that somebody else was faster with must not take the others with it.
        InnerCall[] calls =
        [
            .. PerpsLoop.UpdatesOf(group, updates, isRequired: true),
            .. group.Select(task => new InnerCall(settings.Market, group.Length == 1, Wei.Zero, task.Call)),
        ];
        var left = orders.Min(order => order.ClosesAt) - head;
        var reward = group.Zip(orders, (task, order) => task.IsInstead ? BigInteger.Zero : rewards.GetValueOrDefault(order.Market))
            .Aggregate(BigInteger.Zero, (sum, one) => sum + one);
        return new KeeperAction(
            [.. group.Select(task => task.Work)], settings.Multicall, Multicall.ValueOf(calls), settings.GasFor(group.Length),
            Multicall.Encode(calls), time.GetUtcNow() + TimeSpan.FromSeconds(left), PerpsEvents.ToWei(reward, settings.WeiPerUsd));
    }

    /// <summary>What settling pays in each market, in dollars of 18 decimals; nothing is asked where dollars count as nothing.</summary>
    private async Task<IReadOnlyDictionary<string, BigInteger>> RewardsAsync(IReadOnlyList<string> markets, CancellationToken cancellation)
    {
        var rewards = new Dictionary<string, BigInteger>();
        if (settings.WeiPerUsd.IsZero)
        {
            return rewards;
        }

        var outcomes = await chain.CallAsync(
            [.. markets.Select(market => new EthCall(
                null, settings.Market, PerpsAbi.GetSettlementRewardCost.Encode(PerpsEvents.Parse(market), 0UL)))],
            cancellation);
        for (var i = 0; i < markets.Count; i++)
        {
            if (outcomes[i] is CallOutcome.Returned { Data.Length: AbiWriter.Word } returned)
            {
                rewards[markets[i]] = new BigInteger(returned.Data.Span, isUnsigned: true, isBigEndian: true);
            }
        }

        return rewards;
    }

    private async Task<IReadOnlyList<OrderView>> ViewAsync(IReadOnlyList<Order> pending, CancellationToken cancellation)
    {
        var outcomes = await chain.CallAsync(
            [.. pending.Select(order => new EthCall(null, settings.Market, PerpsAbi.GetOrder.Encode(order.AccountId)))], cancellation);
        var isThere = pending.Select((order, i) => IsThere(outcomes[i], order)).ToArray();
        var ends = await orders.FindAsync(ChainId, settings.Market, [.. pending.Where((_, i) => !isThere[i])], cancellation);
        return [.. pending.Select((order, i) => new OrderView(isThere[i], isThere[i] ? null : ends.GetValueOrDefault(order.AccountId)))];
    }

    /// <summary>The pending order of the account is this one. What cannot be read is left to the simulation.</summary>
    private static bool IsThere(CallOutcome outcome, Order order)
    {
        if (outcome is not CallOutcome.Returned returned || !AbiDecoder.TryDecode(OrderAnswer, returned.Data.Span, out var values))
        {
            return true;
        }

        var data = values[0].AsItems();
        return data[0].AsInteger() == order.CommittedAt && !data[1].AsItems()[2].AsInteger().IsZero;
    }
}
