using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DevChain;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Operations;

namespace Keepers;

/// <summary>What a tick of each keeper takes with nothing to do, and what each of their actions costs.</summary>
internal static class CostRun
{
    /// <summary>Writes both tables.</summary>
    /// <param name="open">Accounts with an open position.</param>
    public static async Task RunAsync(int open)
    {
        await using var hermes = await Stage.StartHermesAsync();

        // anvil would keep the state after each block, gigabytes with so many positions, and take no body above two megabytes.
        var forgetful = Stage.Node with { Extra = ["--prune-history", "10", "--no-request-size-limit"] };
        await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, Anvil = forgetful, Progress = Stage.Tell });
        await using var tap = await RpcTap.StartAsync(stack.Node.Url);
        await using var circle = await CircleStandIn.StartAsync(stack.Node);
        var perps = await DevPerps.DeployAsync(stack.Node);
        var (salt, owner) = (new Hash32(RandomNumberGenerator.GetBytes(Hash32.Size)), DevKey.Create().Address);
        var contracts = await DevAccounts.DeployAsync(stack.Node, circle.Attester.Address, version: 2);
        var account = await contracts.PredictAsync(salt, 1, owner, owner, owner);
        var upkeep = await DevContract.DeployAsync(stack.Node, "DemandUpkeep");
        await perps.Market.SendAsync("setWindow(uint256,uint256,uint256)", 0UL, 3_600UL, 0UL);
        await perps.Pyth.SendAsync("setFee(uint256)", 0UL);
        ulong[] accounts = [.. Enumerable.Range(1, open).Select(i => (ulong)i)];
        Stage.Tell($"opening {open} positions…");
        await perps.OpenManyAsync(stack.Node, hermes, accounts, 5_000);
        await perps.PushPriceAsync(hermes);
        var settings = perps.Settings(hermes, graceSeconds: 0).Concat(CostSettings.Others(contracts, circle, upkeep, stack.Node.ChainId)).ToDictionary();

        // Settlement begins behind the orders that opened the positions, with what it reads again for reorgs.
        var opened = await stack.Node.BlockNumberAsync();
        settings[$"Chains__{AppSettings.ChainName}__Keepers__Settlement__Scan__StartBlock"] = $"{opened + 1}";
        while (await stack.Node.BlockNumberAsync() <= opened + new ScanOptions().ReorgBlocks)
        {
            await Task.Delay(1_000);
        }

        await using var services = await Stage.StartServicesAsync(stack, tap, settings);
        var keepers = services.GetRequiredService<KeeperService>();
        await services.GetRequiredService<AccountBook>().AddAsync(
            new ChainId(stack.Node.ChainId), [new PlannedAccount(account, salt, 1, owner, owner, owner)], new Instruction("benchmark", "costs"), default);
        await using var database = NpgsqlDataSource.Create(stack.ConnectionString);
        while (await Stage.AskAsync<long>(database, "select count(*) from keeper_accounts") is var known && known < open)
        {
            Stage.Tell($"{known} of {open} accounts known");
            await RunKeeperAsync(KeeperNames.Liquidation);
        }

        Console.WriteLine("\n| one tick with nothing to do | JSON-RPC calls | HTTP round trips | ms, median | processor ms, median |\n|---|--:|--:|--:|--:|");
        await TickAsync(KeeperNames.Liquidation, $"liquidation, {open:N0} open accounts");
        await TickAsync(KeeperNames.Settlement, "settlement");
        await TickAsync(KeeperNames.Upkeeps, "upkeeps, one contract");
        await TickAsync(KeeperNames.Deployment, "deployment, one account");
        await TickAsync(KeeperNames.Bridging, "bridging, one account");
        await TickAsync(KeeperNames.Redemption, "redemption");
        Console.WriteLine("\n| one action | gas | wei | gwei a gas |\n|---|--:|--:|--:|");
        await perps.Pyth.SendAsync("setFee(uint256)", 1UL);
        ulong[] orders = [.. Enumerable.Range(open + 1, 12).Select(i => (ulong)i)];
        await perps.FundManyAsync(orders, 1_000);
        await perps.CommitAsync(orders[0], 1, 2_100);
        await ActAsync(KeeperNames.Settlement, "an order alone");
        await perps.CommitManyAsync(orders[1..11], 2_100);
        await ActAsync(KeeperNames.Settlement, "an order among ten", 10);
        await perps.CommitAsync(orders[11], 1, 1_000);
        await ActAsync(KeeperNames.Settlement, "`cancelOrder`");
        await upkeep.SendAsync("ask()");
        await ActAsync(KeeperNames.Upkeeps, "an upkeep that counts");
        await contracts.MintAsync(account, 20);
        await ActAsync(KeeperNames.Deployment, "deployment");
        await ActAsync(KeeperNames.Bridging, "bridging");
        await ActAsync(KeeperNames.Redemption, "redemption");

        // Under water by a price that is on the chain, and too old by the time to liquidate with: the keeper brings the next.
        await perps.Market.SendAsync("setStrictStaleness(uint256)", 10UL);
        await perps.Pyth.SendAsync("setFee(uint256)", 0UL);
        await perps.FundAsync(accounts[^1], 110);
        hermes.Prices[DevPerps.Feed] = _ => 1985_00000000;
        await perps.PushPriceAsync(hermes);
        await perps.Pyth.SendAsync("setFee(uint256)", 1UL);
        await Task.Delay(12_000);
        await ActAsync(KeeperNames.Liquidation, "liquidation, its price brought along");

        async Task RunKeeperAsync(string keeper)
        {
            var run = (await keepers.RunAsync(keeper, default)).Single();
            if (run.Outcome != "done")
            {
                throw new DevChainException($"{keeper}: {run}");
            }
        }

        async Task TickAsync(string keeper, string name)
        {
            // The keeper's and the tap's processor time: what another program on the machine hardly moves.
            var (times, work, calls, trips) = (new List<double>(), new List<double>(), 0, 0);
            for (var i = 0; i < 11; i++)
            {
                tap.Clear();
                var (started, spent) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                await RunKeeperAsync(keeper);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                work.Add((Environment.CpuUsage.TotalTime - spent).TotalMilliseconds);
                (calls, trips) = (tap.Calls.Count, tap.RoundTrips);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {calls} | {trips} | {times.Order().ElementAt(5):0} | {work.Order().ElementAt(5):0} |"));
        }

        // Ticks until so much more work is done, and tells what the transaction cost each.
        async Task ActAsync(string keeper, string name, int works = 1)
        {
            var wanted = works + await WonAsync();
            for (var i = 0; await WonAsync() < wanted; i++)
            {
                if (i == 300)
                {
                    throw new DevChainException(await Stage.AskAsync<string>(
                        database, $"select '{name} is not done: ' || coalesce(string_agg(state || ' ' || reason || ' ' || coalesce(detail, ''), ', '), '') from keeper_work where keeper = '{keeper}' and state <> 2"));
                }

                await RunKeeperAsync(keeper);
                await Task.Delay(200);
            }

            Console.WriteLine($"| {name} | " + await Stage.AskAsync<string>(database, $"""
                select t.gas_used / n || ' | ' || trunc(s.cost / n) || ' | ' || round(s.cost / t.gas_used / 1e9, 3)
                from (select transaction_id, count(*) as n from keeper_work where keeper = '{keeper}' and state = 2 group by 1 order by max(ended_at) desc limit 1) w
                join transactions t on t.id = w.transaction_id join keeper_sends s using (transaction_id)
                """) + " |");

            Task<long> WonAsync() => Stage.AskAsync<long>(database, $"select count(*) from keeper_work where keeper = '{keeper}' and state = 2");
        }
    }
}
