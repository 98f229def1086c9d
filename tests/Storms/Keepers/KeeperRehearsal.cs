using Npgsql;
using Relayer.Core.Keepers.Engine;
using Storms.Workloads;

namespace Storms.Keepers;

/// <summary>Tampers with the keepers' records of a scenario at rest, one thing after the other: an audit that finds nothing would be worth nothing.</summary>
public static class KeeperRehearsal
{
    private const int Orders = 3;

    private static readonly (string What, string Break, string Mend)[] Tampering =
    [
        ("work that we won and is said to be lost", Work("state = 3"), Work("state = 2")),
        ("work that never ended", Work("state = 0"), Work("state = 2")),
        ("work that ended for no reason", Work("reason = ''"), Work("reason = 'won'")),
        ("work won by no transaction", "alter table keeper_work add gone uuid; update keeper_work set gone = transaction_id, transaction_id = null", "update keeper_work set transaction_id = gone"),
        ("an order of somebody else", Work("subject = 'market 100 account 99 at 1'", "subject like '% account 1 at %'"), Work("subject = 'market 100 account 1 at 1'", "subject like '% account 99 at %'")),
        ("a cost", Send("cost = cost + 1"), Send("cost = cost - 1")),
        ("a reward", Send("reward = reward + 1"), Send("reward = reward - 1")),
        ("a send that is not settled", Send("settled = false"), Send("settled = true")),
        ("a send that cost more than was held", Send("held = held - 1000000000000000000000"), Send("held = held + 1000000000000000000000")),
        ("a budget that is held indefinitely", "update keeper_budgets set held = held + 1", "update keeper_budgets set held = held - 1"),
        ("a loss that is not counted", "update keeper_budgets set spent = spent - 1", "update keeper_budgets set spent = spent + 1"),
        ("a transaction that holds no budget", "create table gone as select * from keeper_sends; delete from keeper_sends", "insert into keeper_sends select * from gone"),
        ("a budget that is gone", "create table budgets_gone as select * from keeper_budgets; delete from keeper_budgets", "insert into keeper_budgets select * from budgets_gone"),
    ];

    /// <summary>The findings before anything is tampered with, and what was tampered with and not found.</summary>
    public static async Task<(IReadOnlyList<string> Before, IReadOnlyList<string> Unseen)> RunAsync(SharedStack shared, CancellationToken cancellation)
    {
        await using var scenario = await KeeperScenario.BuildAsync(shared, cancellation);
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Signers = 1, Settings = scenario.Settings() }, cancellation);
        for (var account = 1UL; account <= Orders; account++)
        {
            await CommitAsync(scenario, account);
        }

        await relayer.StartAsync(0, null, cancellation);
        await relayer.Running[0].WaitUntilReadyAsync(cancellation);
        var before = (await KeeperAuditor.CheckAsync(scenario, relayer, cancellation)).Violations;
        await relayer.KillAsync(0);
        var unseen = new List<string>();
        foreach (var (what, tamper, mend) in Tampering)
        {
            await ExecuteAsync(relayer, tamper, cancellation);
            await SeeAsync(what);
            await ExecuteAsync(relayer, mend, cancellation);
        }

        var wish = (KeeperNames.Settlement, "a wish that nobody fulfils");
        scenario.Wishes[wish] = true;
        await SeeAsync(wish.Item2);
        scenario.Wishes.TryRemove(wish, out _);
        var after = (await KeeperAuditor.CountAsync(scenario, relayer, cancellation)).Violations;
        await CommitAsync(scenario, 1);
        await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        await scenario.SettleAsync(1);
        await UntilTwiceAsync(scenario, relayer, cancellation);
        await SeeAsync("something done twice");
        return ([.. before, .. after], unseen);

        async Task SeeAsync(string what)
        {
            if ((await KeeperAuditor.CountAsync(scenario, relayer, cancellation)).Violations.Count == 0)
            {
                unseen.Add(what);
            }
        }
    }

    private static async Task CommitAsync(KeeperScenario scenario, ulong account)
    {
        await scenario.Perps.FundAsync(account, 1_000);
        scenario.Wishes[(KeeperNames.Settlement, WorkOnChain.Name(account))] = true;
        await scenario.Perps.CommitAsync(account, 1, 2_100);
    }

    private static async Task UntilTwiceAsync(KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation)
    {
        while ((await WorkOnChain.ReadAsync(scenario, relayer, cancellation)).Count <= Orders)
        {
            await Task.Delay(100, cancellation);
        }
    }

    private static string Work(string set, string which = "true") => $"update keeper_work set {set} where {which}";

    private static string Send(string set) => $"update keeper_sends set {set}";

    private static async Task ExecuteAsync(RelayerUnderTest relayer, string sql, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
