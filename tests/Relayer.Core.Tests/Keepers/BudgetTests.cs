using System.Globalization;
using System.Numerics;
using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Keepers;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Whatever happens in whatever order, no lane loses more in a day than it may.</summary>
public sealed class BudgetTests(PostgresFixture postgres)
{
    private static readonly ulong[] Harms = [0, 6, 7];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_lane_exceeds_its_budget_whatever_the_fees_the_contracts_and_the_instances_do(int seed)
    {
        var random = new Random(seed);
        await using var world = await KeeperWorld.StartAsync(postgres, signers: 2);
        var quotas = new Dictionary<string, BigInteger>();
        var contracts = new List<DevContract>();
        for (var i = 0; i < 4; i++)
        {
            contracts.Add(await DevContract.DeployAsync(world.Node, "RogueUpkeep", "constructor(uint8)", Harms[random.Next(Harms.Length)]));
            quotas[$"lane {i}"] = BigInteger.Pow(10, 14) * random.Next(1, 12);
        }

        KeeperInstance[] apps = [world.Add(Configure), world.Add(Configure)];
        for (var tick = 0; tick < 12; tick++)
        {
            await world.Node.SetNextBaseFeeAsync(new BigInteger(random.Next(1, 3_000)) * 1_000_000, KeeperWorld.Cancellation);
            await Task.WhenAll(apps.Select(app => app.RunAsync(KeeperNames.Upkeeps)));
            world.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 20)));
            await AssertWithinAsync(world, quotas);
        }

        await world.SettledAsync();
        await AssertWithinAsync(world, quotas);
        Assert.True(await world.PaidAsync() > 0);
        Assert.Equal(await world.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets"));

        void Configure(KeepersOptions keepers)
        {
            for (var i = 0; i < contracts.Count; i++)
            {
                keepers.Upkeeps[$"lane {i}"] = new UpkeepOptions
                {
                    Address = $"{contracts[i].Address}",
                    Grace = TimeSpan.Zero,
                    Every = TimeSpan.FromSeconds(1),
                    GasLimit = 60_000,
                    MaxAttempts = 9,
                    BreakerFailures = 3,
                    MaxLossPerActionWei = "100000000000000000",
                    MaxLossPerDayWei = quotas[$"lane {i}"].ToString(CultureInfo.InvariantCulture),
                };
            }
        }
    }

    private static async Task AssertWithinAsync(KeeperWorld world, Dictionary<string, BigInteger> quotas)
    {
        foreach (var (lane, quota) in quotas)
        {
            var counted = await world.ScalarAsync<BigInteger>(
                $"select coalesce(max(held + spent), 0) from keeper_budgets where lane = '{lane}'");
            var paid = await world.ScalarAsync<BigInteger>(
                $"select coalesce(sum(t.fee), 0) from keeper_sends s join transactions t on t.id = s.transaction_id where s.lane = '{lane}'");
            Assert.True(counted <= quota, $"{lane}: {counted} of {quota} is held or spent");
            Assert.True(paid <= quota, $"{lane}: {paid} of {quota} is paid");
        }
    }
}
