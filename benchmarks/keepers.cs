#:project ../tests/DevChain/DevChain.csproj
#:project ../src/SelfHost/SelfHost.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using DevChain;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

const string Help = """
    dotnet run -c Release benchmarks/keepers.cs [-- ORDERS SECONDS [AWAY] | costs [ACCOUNTS]]

    Without arguments it makes the whole table of benchmarks/README.md: an order alone, 200 in 20 s, 1,000 in 60 s, 1,000 at once and
    1,000 in 60 s with a node 50 ms away, then what a tick of each keeper and each of their actions take, with 10,000 open accounts.

      ORDERS SECONDS   only that: so many orders committed over so many seconds, settled by the app's own timer
      AWAY             how many milliseconds farther away the node is than it is; 0
      costs [ACCOUNTS] only the ticks and the actions, with so many open accounts; 10000

    Each row has its own anvil (a block a second, 200 million gas), PostgreSQL and app, built in Release. The window is Base's, 60 s, grace 5 s.
    Every order is looked for afterwards, in the records and on the chain: exit code 1 when one was not settled exactly once.
    """;

// Orders are due with the grace's end, or when they are found if that is later. Their commitment has its block's time, a whole second.
const string Orders = """
    select *, greatest(found_at, committed + interval '5 s') as due from (
        select *, to_timestamp((details::jsonb ->> 'committedAt')::bigint) as committed from keeper_work where state = 2) x
    """;
var one = BigInteger.Pow(10, 18);
var node = new AnvilOptions { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true, GasLimit = 200_000_000 };
var isWhole = true;
switch (args)
{
    case []:
        SettlementHead();
        foreach (var (orders, seconds, away) in new[] { (1, 1, 0), (200, 20, 0), (1_000, 60, 0), (1_000, 1, 0), (1_000, 60, 50) })
        {
            isWhole &= await SettleAsync(orders, seconds, away);
        }

        await CostsAsync(10_000);
        break;
    case ["costs", .. var accounts]:
        await CostsAsync(accounts is [var number, ..] ? Number(number) : 10_000);
        break;
    case [var orders, var seconds, .. var away] when !orders.StartsWith('-'):
        SettlementHead();
        isWhole = await SettleAsync(Number(orders), Number(seconds), away is [var milliseconds, ..] ? Number(milliseconds) : 0);
        break;
    default:
        Console.WriteLine(Help);
        break;
}

return isWhole ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static string Where(int away) => away == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", node {away} ms away");

// Steps go to the error stream, so that the output is the table.
static void Tell(string step) => Console.Error.WriteLine($"  {step}");

void SettlementHead() => Console.WriteLine("""
    | orders | won | lost or late | transactions | committed to found | found to sent | due to sent | settled a second | JSON-RPC calls an order | of them `eth_call` |
    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
    """);

async Task<bool> SettleAsync(int orders, int seconds, int away)
{
    await using var hermes = await StartHermesAsync();
    await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, Signers = 4, Anvil = node, Progress = Tell });
    await using var tap = await RpcTap.StartAsync(stack.Node.Url);
    tap.Delay = TimeSpan.FromMilliseconds(away);
    var perps = await DevPerps.DeployAsync(stack.Node);
    ulong[] accounts = [.. Enumerable.Range(1, orders).Select(i => (ulong)i)];
    await perps.FundManyAsync(accounts, 1_000);
    var settings = perps.Settings(hermes, graceSeconds: 5)
        .Where(item => !item.Key.Contains("__Liquidation__", StringComparison.Ordinal)) // its ticks are a row of their own
        .Append(KeyValuePair.Create($"Chains__{AppSettings.ChainName}__Rpc__0", tap.Url.ToString()))
        .ToDictionary();
    await using var app = await stack.StartAnotherAppAsync(settings);
    await app.WaitUntilReadyAsync(default);
    tap.Clear();
    var begun = TimeProvider.System.GetTimestamp();
    foreach (var (second, wave) in accounts.Chunk((orders + seconds - 1) / seconds).Index())
    {
        var wait = TimeSpan.FromSeconds(second) - TimeProvider.System.GetElapsedTime(begun);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        await perps.CommitManyAsync(wave, 2_100);
    }

    // The window ends whatever is still open; what is not even found by then never will be.
    await using var database = NpgsqlDataSource.Create(stack.ConnectionString);
    var patience = TimeSpan.FromSeconds(seconds + 120);
    for (long ended; (ended = await AskAsync<long>(database, "select count(*) from keeper_work where state > 1")) < orders
        && TimeProvider.System.GetElapsedTime(begun) < patience;)
    {
        Tell($"{ended} of {orders} ended after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0} s");
        await Task.Delay(2_000);
    }

    var methods = tap.Calls.Select(call => call.Method).ToArray();
    var won = await AskAsync<long>(database, "select count(*) from keeper_work where state = 2");
    var lost = await AskAsync<string>(database, $"""
        select coalesce(string_agg(reason || ' ' || count, ', '), '{orders - won}')
        from (select reason, count(*) from keeper_work where state <> 2 group by reason) x
        """);
    var transactions = await AskAsync<long>(database, "select count(*) from transactions");
    var found = await TimesAsync("found_at - committed");
    var sent = await TimesAsync("sent_at - found_at");
    var late = await TimesAsync("sent_at - due");
    var rate = won == 0 ? 0 : await AskAsync<decimal>(database, $"select round(count(*) / extract(epoch from max(sent_at) - min(due)), 1) from ({Orders}) w");
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {orders} in {seconds} s{Where(away)} | {won} | {lost} | {transactions} | {found} | {sent} | {late} | {rate} | {(double)methods.Length / orders:0.00} | {(double)methods.Count("eth_call".Equals) / orders:0.00} |"));

    // A position of one unit each: none is an order that was lost, two one that was filled twice.
    var sizes = new List<BigInteger>();
    foreach (var account in accounts)
    {
        sizes.Add(await perps.SizeAsync(account));
    }

    var wrong = sizes.Count(size => size != one);
    Tell(wrong == 0 ? "by the chain each was settled once" : $"by the chain {wrong} were not settled once");
    return won == orders && wrong == 0;

    // Milliseconds: median, and the 99th of a hundred.
    Task<string> TimesAsync(string time) => AskAsync<string>(database, $"""
        select coalesce(round(t[1]) || ', ' || round(t[2]), '') from (
            select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from {time})::float8 * 1000) as t from ({Orders}) w) q
        """);
}

async Task CostsAsync(int open)
{
    await using var hermes = await StartHermesAsync();

    // anvil would keep the state after each block, gigabytes with so many positions, and take no body above two megabytes.
    var forgetful = node with { Extra = ["--prune-history", "10", "--no-request-size-limit"] };
    await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, Anvil = forgetful, Progress = Tell });
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
    Tell($"opening {open} positions…");
    await perps.OpenManyAsync(stack.Node, hermes, accounts, 5_000);
    await perps.PushPriceAsync(hermes);
    var settings = perps.Settings(hermes, graceSeconds: 0).Concat(Others(contracts, circle, upkeep, stack.Node.ChainId)).ToDictionary();

    // Settlement begins behind the orders that opened the positions, with what it reads again for reorgs.
    var opened = await stack.Node.BlockNumberAsync();
    settings[$"Chains__{AppSettings.ChainName}__Keepers__Settlement__Scan__StartBlock"] = $"{opened + 1}";
    while (await stack.Node.BlockNumberAsync() <= opened + new ScanOptions().ReorgBlocks)
    {
        await Task.Delay(1_000);
    }

    await using var services = await StartServicesAsync(stack, tap, settings);
    var keepers = services.GetRequiredService<KeeperService>();
    await services.GetRequiredService<AccountBook>().AddAsync(
        new ChainId(stack.Node.ChainId), [new PlannedAccount(account, salt, 1, owner, owner, owner)], new Instruction("benchmark", "costs"), default);
    await using var database = NpgsqlDataSource.Create(stack.ConnectionString);
    while (await AskAsync<long>(database, "select count(*) from keeper_accounts") is var known && known < open)
    {
        Tell($"{known} of {open} accounts known");
        await RunAsync(KeeperNames.Liquidation);
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

    async Task RunAsync(string keeper)
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
            await RunAsync(keeper);
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
                throw new DevChainException(await AskAsync<string>(
                    database, $"select '{name} is not done: ' || coalesce(string_agg(state || ' ' || reason || ' ' || coalesce(detail, ''), ', '), '') from keeper_work where keeper = '{keeper}' and state <> 2"));
            }

            await RunAsync(keeper);
            await Task.Delay(200);
        }

        Console.WriteLine($"| {name} | " + await AskAsync<string>(database, $"""
            select t.gas_used / n || ' | ' || trunc(s.cost / n) || ' | ' || round(s.cost / t.gas_used / 1e9, 3)
            from (select transaction_id, count(*) as n from keeper_work where keeper = '{keeper}' and state = 2 group by 1 order by max(ended_at) desc limit 1) w
            join transactions t on t.id = w.transaction_id join keeper_sends s using (transaction_id)
            """) + " |");

        Task<long> WonAsync() => AskAsync<long>(database, $"select count(*) from keeper_work where keeper = '{keeper}' and state = 2");
    }
}

// The keepers beside those of perps; what is burnt arrives on the same chain.
static IEnumerable<KeyValuePair<string, string>> Others(DevAccounts contracts, CircleStandIn circle, DevContract upkeep, long chainId)
{
    const string Keepers = $"Chains__{AppSettings.ChainName}__Keepers__";
    const string Source = Keepers + "Redemption__Sources__here__";
    var settings = new Dictionary<string, string>
    {
        ["Circle__Url"] = $"{circle.Url}",
        [Keepers + "Deployment__Factory"] = $"{contracts.Factory.Address}",
        [Keepers + "Deployment__Usdc"] = $"{contracts.Usdc.Address}",
        [Keepers + "Bridging__Usdc"] = $"{contracts.Usdc.Address}",
        [Keepers + "Redemption__Domain"] = $"{DevAccounts.Destination}",
        [Keepers + "Upkeeps__demand__Address"] = $"{upkeep.Address}",
        [Keepers + "Upkeeps__demand__Every"] = "00:00:00.0010000", // asked in each tick
        [Source + "ChainId"] = chainId.ToString(CultureInfo.InvariantCulture),
        [Source + "Domain"] = $"{DevAccounts.Source}",
        [Source + "Transmitter"] = $"{contracts.Transmitter.Address}",
        [Source + "Messenger"] = $"{contracts.Messenger.Address}",
        [Source + "Receiver"] = $"{contracts.Receiver.Address}",
        [Source + "Scan__StartBlock"] = "0",
    };
    foreach (var keeper in new[] { "Deployment", "Bridging", "Redemption", "Upkeeps__demand" })
    {
        settings[$"{Keepers}{keeper}__Grace"] = "00:00:00";
        settings[$"{Keepers}{keeper}__MaxLossPerActionWei"] = settings[$"{Keepers}{keeper}__MaxLossPerDayWei"] = "1000000000000000000";
    }

    return settings;
}

static async Task<ServiceProvider> StartServicesAsync(DevStack stack, RpcTap tap, Dictionary<string, string> keepers)
{
    var settings = new Dictionary<string, string>(stack.Settings.Concat(keepers));
    settings[$"Chains__{AppSettings.ChainName}__Rpc__0"] = tap.Url.ToString();
    await using var source = NpgsqlDataSource.Create(stack.ConnectionString);
    await new Migrator(source, NullLogger<Migrator>.Instance).MigrateAsync(default);
    var configuration = new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(item => KeyValuePair.Create(item.Key.Replace("__", ":", StringComparison.Ordinal), (string?)item.Value)))
        .Build();
    var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(RelayerOptions.Bind(configuration));
    return services.AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddKeepers().BuildServiceProvider();
}

static async Task<HermesStandIn> StartHermesAsync()
{
    var hermes = await HermesStandIn.StartAsync();
    hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
    return hermes;
}

static async Task<T> AskAsync<T>(NpgsqlDataSource database, string sql)
{
    await using var command = database.CreateCommand(sql);
    return (T)(await command.ExecuteScalarAsync())!;
}
