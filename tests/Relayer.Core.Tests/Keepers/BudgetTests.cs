using System.Globalization;
using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Whatever happens in whatever order, no action and no day loses more than it may.</summary>
/// <remarks><c>RELAYER_BUDGET_SEEDS</c> says how many seeds are tried beside the usual ones, and <c>RELAYER_BUDGET_SEED</c> from which on.</remarks>
[Trait("needs", "services")]
public sealed class BudgetTests(PostgresFixture postgres)
{
    private const int Usual = 10;

    public static TheoryData<int> Seeds { get; } =
        [.. Enumerable.Range(1, Usual), .. Enumerable.Range(Number("RELAYER_BUDGET_SEED", Usual + 1), Number("RELAYER_BUDGET_SEEDS", 0))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_budget_is_exceeded_whatever_fees_contracts_the_community_and_the_instances_do(int seed)
    {
        await using var steps = await BudgetScenario.BeginAsync(postgres, seed);
        var world = steps.World;
        await steps.RunAsync(() => AssertWithinAsync(steps));

        await AssertWithinAsync(steps);
        TestContext.Current.TestOutputHelper?.WriteLine(await steps.TellAsync());
        Assert.True(await world.PaidAsync() > 0);
        Assert.Equal(await world.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(cost) from keeper_sends"));
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from keeper_budgets where held <> 0"));
        Assert.Equal(
            await world.ScalarAsync<BigInteger>("select sum(greatest(0, cost - reward)) from keeper_sends"),
            await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets"));
        Assert.Equal(await steps.EarnedAsync(), await world.ScalarAsync<BigInteger>("select sum(reward) from keeper_sends"));
    }

    [Fact]
    public async Task What_is_held_is_the_gas_for_the_data_too_and_replacing_ends_at_what_an_action_may_lose()
    {
        const long Limit = 1_000_000_000_000_000, Gas = 60_000, DataGas = 100_000;
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", 0UL);
        var app = world.Add(
            keepers => keepers.Upkeeps["upkeep"] = new UpkeepOptions
            {
                Address = upkeep.Address,
                Grace = TimeSpan.Zero,
                GasLimit = Gas,
                MaxLossPerActionWei = new(Limit),
            },
            change: options => (options.Chains["test"].Fees.DataGas, options.Chains["test"].Fees.MinPriorityFeePerGasWei) = (DataGas, Wei.FromGwei(4)));
        Assert.Equal(1, (await app.RunAsync(KeeperNames.Upkeeps)).Sent);

        var cap = await world.ScalarAsync<BigInteger>("select fee_cap from transactions");
        Assert.Equal(new BigInteger(Limit / (Gas + DataGas)), cap);
        Assert.Equal(cap * (Gas + DataGas), await world.ScalarAsync<BigInteger>("select held from keeper_sends"));
        Assert.Equal(Gas + DataGas, await world.ScalarAsync<long>("select gas_limit from transactions"));
    }

    private static async Task AssertWithinAsync(BudgetScenario steps)
    {
        foreach (var (lane, limit) in steps.Lanes.Limits)
        {
            await AssertNoneAsync($"select format('%s holds %s and lost %s on %s', lane, held, spent, day) from keeper_budgets where lane = '{lane}' and held + spent > {limit.Day}");
            await AssertNoneAsync(
                $"""
                select format('%s lost %s on %s', s.lane, sum(t.fee + case when t.state = 4 then t.value else 0 end - coalesce(s.reward, 0)), s.day)
                from keeper_sends s join transactions t on t.id = s.transaction_id
                where s.lane = '{lane}' and t.fee is not null group by s.lane, s.day
                having sum(greatest(0, t.fee + case when t.state = 4 then t.value else 0 end - coalesce(s.reward, 0))) > {limit.Day}
                """);

            // What should have come in and did not, because somebody else was faster, is lost beside. An action is judged by what it is expected to
            // cost; until it is mined the base fee may rise up to what was offered, twice as much; and what is held has the margin on its gas beside.
            var most = (limit.Action + steps.Lanes.Reward(lane)) * 2;
            await AssertNoneAsync($"select format('an action of %s cost %s for %s', lane, cost, reward) from keeper_sends where lane = '{lane}' and cost > {most}");
            await AssertNoneAsync($"select format('an action of %s holds %s', lane, held) from keeper_sends where lane = '{lane}' and held > {most * 5 / 4}");
        }

        await AssertNoneAsync(
            """
            select format('%s holds %s, cost %s, may cost %s', s.lane, s.held, s.cost, t.gas_limit * t.fee_cap + t.value)
            from keeper_sends s join transactions t on t.id = s.transaction_id where s.held < greatest(s.cost, t.gas_limit * t.fee_cap + t.value)
            """);

        async Task AssertNoneAsync(string sql) => Assert.Empty(await steps.World.ColumnAsync<string>(sql));
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
