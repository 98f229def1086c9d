using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>Deploys accounts, or has them bridge their USDC, when nobody else did.</summary>
internal sealed class AccountKeeper(IChainClient chain, AccountTask task, AccountStore accounts, KeeperStore store, TimeProvider time) : IKeeper
{
    private readonly AccountFinder _finder = new(chain, task, accounts, store, time);

    public string Name => task.Name;

    public ChainId ChainId => chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; } =
        new Dictionary<string, KeeperLimits> { [task.Limits.Lane] = task.Limits };

    public Task<int> FindAsync(KeeperRun run, CancellationToken cancellation) => _finder.FindAsync(cancellation);

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation)
    {
        var details = due.Select(AccountWork.Read).ToArray();
        var views = await AccountReader.ReadAsync(chain, task, [.. details.Select(item => item.Address)], cancellation);
        var now = time.GetUtcNow();
        var decisions = new List<(KeeperWork, Decision)>();
        var left = new List<(KeeperWork Work, AccountWork Details)>();
        for (var i = 0; i < due.Count; i++)
        {
            if ((task.Evaluate(views[i], now) ?? PatientPlanner.EvaluateAttempts(due[i], task.Limits)) is { } decision)
            {
                decisions.Add((due[i], decision));
            }
            else
            {
                left.Add((due[i], details[i]));
            }
        }

        var simulations = await Trial.RunAsync(
            chain, [.. left.Select(item => new EthCall(payer.Account, Address.Parse(item.Details.Contract), Hex.Decode(item.Details.Data), task.GasLimit))],
            cancellation);
        var actions = new List<KeeperAction>();
        for (var i = 0; i < left.Count; i++)
        {
            var (work, item) = left[i];
            if (AccountPlanner.Evaluate(work, item, task, simulations[i], now) is { } decision)
            {
                decisions.Add((work, decision));
            }
            else
            {
                actions.Add(AccountPlanner.Act(work, item, task, now));
            }
        }

        return new KeeperPlan(decisions, actions);
    }
}
