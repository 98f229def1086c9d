using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;
using static Relayer.Core.Tests.Keepers.CountingUpkeep;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Contracts that mean harm, and what an upkeep may cost.</summary>
[Trait("needs", "services")]
public sealed class UpkeepLimitsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Rogue_contracts_neither_hang_nor_cost_nor_hold_up_an_honest_one()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var rogues = new List<DevContract>();
        for (var harm = 1UL; harm <= 5; harm++)
        {
            rogues.Add(await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", harm));
        }

        var honest = await DeployAsync(world);
        var app = world.Add(keepers =>
        {
            rogues.ForEach(rogue => Configure(rogue.Address, options => options.MaxAttempts = 2, $"rogue {rogues.IndexOf(rogue) + 1}")(keepers));
            Configure(honest.Address)(keepers);
        });
        await app.RunAsync(KeeperNames.Upkeeps);
        world.Time.Advance(TimeSpan.FromSeconds(8));
        await app.RunAsync(KeeperNames.Upkeeps);
        await world.SettledAsync();

        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync("rogue 1"));
        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync("rogue 2"));
        Assert.Equal(["skipped:check_failed"], await world.DecisionsAsync("rogue 3"));
        Assert.Equal(["found:found", "skipped:out_of_gas", "failed:out_of_gas"], await world.DecisionsAsync("rogue 4"));
        Assert.Equal(["found:found", "skipped:simulation_reverted", "failed:simulation_reverted"], await world.DecisionsAsync("rogue 5"));
        Assert.Equal(1UL, await honest.NumberAsync("count()"));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task Contracts_that_turn_when_mined_or_never_end_stay_within_their_own_budgets()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var endless = await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", 6UL);
        var turning = await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", 7UL);
        var honest = await DeployAsync(world);
        var quota = BigInteger.Pow(10, 15) * 4;
        var app = world.Add(keepers =>
        {
            Configure(endless.Address, options => Limit(options, 60_000, quota / 8), "endless")(keepers);
            Configure(turning.Address, options => Limit(options, 200_000, quota), "turning")(keepers);
            Configure(honest.Address)(keepers);
        });
        await world.BecomesAsync(
            async () => (await world.DecisionsAsync("endless")).Contains("skipped:budget_spent")
                && (await world.DecisionsAsync("turning")).Contains("skipped:breaker_open"),
            async () =>
            {
                await app.RunAsync(KeeperNames.Upkeeps);
                await world.SettledAsync();
                world.Time.Advance(TimeSpan.FromSeconds(6));
            });

        Assert.InRange(await LostAsync("endless"), BigInteger.One, quota / 8);
        Assert.InRange(await LostAsync("turning"), BigInteger.One, quota);

        Assert.Equal(await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets"), await world.PaidAsync());
        Assert.Equal(1UL, await honest.NumberAsync("count()"));

        Task<BigInteger> LostAsync(string lane) =>
            world.ScalarAsync<BigInteger>($"select held + spent from keeper_budgets where lane = '{lane}'");

        static void Limit(UpkeepOptions options, long gas, BigInteger most) =>
            (options.MaxLossPerDayWei, options.BreakerFailures, options.GasLimit, options.MaxAttempts) =
                (new(UInt256.From(most)), 2, gas, 9);
    }

    [Fact]
    public async Task An_action_beyond_its_limit_is_not_sent()
    {
        await using var world = await KeeperWorld.StartAsync(postgres);
        var upkeep = await DeployAsync(world);
        var cheap = world.Add(Configure(upkeep.Address, options => options.MaxLossPerActionWei = new(1_000)));
        Assert.Equal((1, 0), await CountAsync(cheap));
        world.Time.Advance(TimeSpan.FromSeconds(3));
        var greedy = world.Add(Configure(upkeep.Address, options => options.Mode = "Profit"));
        Assert.Equal((0, 0), await CountAsync(greedy));
        world.Time.Advance(TimeSpan.FromSeconds(3));
        var foreign = world.Add(Configure(upkeep.Address, options => options.Signers.Add(DevKey.Create().Address)));
        Assert.Equal((0, 0), await CountAsync(foreign));

        Assert.Equal(
            ["found:found", "skipped:loss_too_high", "skipped:not_profitable", "skipped:signers_exhausted"], await world.DecisionsAsync());
    }
}
