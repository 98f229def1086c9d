using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Perps.Gas;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>Settles orders that nobody else has settled, or cancels those that can be cancelled and not settled.</summary>
internal sealed class SettlementKeeper(
    IChainClient chain, SettlementSettings settings, OrderFinder finder, OrderStore orders, IPriceSource prices, TimeProvider time)
    : IKeeper, IRecoveringKeeper
{
    // Orders asked about in one call: some 3 million gas on the deployed market, far below what nodes let a call use.
    private const int OrdersPerCall = 100;

    private readonly PerpsLoop _loop = new(chain, prices, settings.Market, settings.Multicall, time, mayGuess: true);

    public string Name => KeeperNames.Settlement;

    public ChainId ChainId => chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; } =
        new Dictionary<string, KeeperLimits> { [settings.Limits.Lane] = settings.Limits };

    public Task<int> FindAsync(KeeperRun run, CancellationToken cancellation) => finder.FindAsync(cancellation);

    public Task<int> RecoverAsync(CancellationToken cancellation) => finder.RecoverAsync(cancellation);

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation)
    {
        var pending = due.Select(work => (Work: work, Order: Order.Read(work))).ToArray();
        var newest = await chain.ReadHeadAsync(cancellation);
        var head = newest.Timestamp.ToUnixTimeSeconds();
        var views = await ViewAsync([.. pending.Select(item => item.Order)], cancellation);
        var now = time.GetUtcNow();
        var decisions = new List<(KeeperWork, Decision)>();
        var tasks = new List<(PerpsTask Task, Order Order)>();
        for (var i = 0; i < pending.Length; i++)
        {
            if (OrderPlanner.Evaluate(pending[i].Order, views[i], head, now) is { } decision)
            {
                decisions.Add((pending[i].Work, decision));
            }
            else
            {
                var account = pending[i].Order.AccountId;
                var settle = Typed.Encode(new SettleOrderFunction { AccountId = account });
                tasks.Add((
                    new PerpsTask(pending[i].Work, settle, Typed.Encode(new CancelOrderFunction { AccountId = account })), pending[i].Order));
            }
        }

        var orderOf = tasks.ToDictionary(item => item.Task, item => item.Order);
        var ready = await _loop.RunAsync(
            OrderPlanner.Group(tasks, settings.MaxOrders), payer.Account, GasRoom.Of(settings.GasLimit, newest, payer, settings.Limits),
            (task, refusal, detail) => OrderPlanner.Refuse(task.Work, orderOf[task], refusal, detail, time.GetUtcNow()), cancellation);
        var rewards = await RewardsAsync(
            [.. ready.SelectMany(bundle => bundle.Tasks).Select(task => orderOf[task].Market).Distinct()], cancellation);
        decisions.AddRange(tasks.Where(item => item.Task.Decision is not null).Select(item => (item.Task.Work, item.Task.Decision!)));
        return new KeeperPlan(
            decisions, [.. ready.Select(bundle => Describe(bundle, [.. bundle.Tasks.Select(task => orderOf[task])], head, rewards))]);
    }

    private KeeperAction Describe(PerpsBundle bundle, Order[] orders, long head, IReadOnlyDictionary<string, BigInteger> rewards)
    {
        var left = orders.Min(order => order.ClosesAt) - head;
        var reward = bundle.Tasks.Zip(orders, (task, order) => task.IsInstead ? BigInteger.Zero : rewards.GetValueOrDefault(order.Market))
            .Aggregate(BigInteger.Zero, (sum, one) => sum + one);
        return new KeeperAction(
            [.. bundle.Tasks.Select(task => task.Work)], settings.Multicall, Multicall.ValueOf(bundle.Calls),
            bundle.Gas!.Value, Multicall.Encode(bundle.Calls), time.GetUtcNow() + TimeSpan.FromSeconds(left),
            PerpsEvents.ToWei(reward, settings.WeiPerUsd))
        {
            ExpectedGas = bundle.ExpectedGas,
        };
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
                null, settings.Market, Typed.Encode(new GetSettlementRewardCostFunction { MarketId = PerpsEvents.Parse(market) })))],
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
        var isThere = (await Task.WhenAll(pending.Chunk(OrdersPerCall).Select(chunk => AreThereAsync(chunk, cancellation))))
            .SelectMany(some => some).ToArray();
        var ends = await orders.FindAsync(ChainId, settings.Market, [.. pending.Where((_, i) => !isThere[i])], cancellation);
        return [.. pending.Select((order, i) => new OrderView(isThere[i], isThere[i] ? null : ends.GetValueOrDefault(order)))];
    }

    /// <summary>Whether the pending orders of the accounts are these. What cannot be read is left to the simulation.</summary>
    private async Task<IEnumerable<bool>> AreThereAsync(Order[] some, CancellationToken cancellation)
    {
        InnerCall[] calls =
        [
            .. some.Select(order => new InnerCall(settings.Market, false, Wei.Zero, PerpsCalls.GetOrder(order.AccountId))),
        ];
        var outcome = (await chain.CallAsync([new EthCall(null, settings.Multicall, Multicall.Encode(calls))], cancellation))[0];
        return outcome is CallOutcome.Returned returned && Multicall.TryRead(returned.Data, calls.Length, out var results)
            ? some.Zip(results, (order, result) => IsThere(result, order))
            : some.Select(_ => true);
    }

    private static bool IsThere(InnerResult result, Order order) =>
        !result.IsSuccess || !OrderAnswer.TryRead(result.Data.Span, out var answer)
        || (answer.CommittedAt == order.CommittedAt && !answer.SizeDelta.IsZero);
}
