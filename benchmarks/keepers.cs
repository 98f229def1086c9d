#:project ../tests/DevChain/DevChain.csproj
#:project ../src/Functions/Functions.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using DevChain;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Keepers;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

const string Help = """
    dotnet run -c Release benchmarks/keepers.cs [-- ORDERS SECONDS [AWAY] | costs [ACCOUNTS]]

    Without arguments it makes the whole table of benchmarks/README.md: an order alone, 200 in 20 s, 1,000 in 60 s, 1,000 at once and
    1,000 in 60 s with a node 50 ms away, then what a liquidation and a tick of it take, with 10,000 open accounts.

      ORDERS SECONDS   only that: so many orders committed over so many seconds, settled by the app's own timer
      AWAY             how many milliseconds farther away the node is than it is; 0
      costs [ACCOUNTS] only a tick and a liquidation, with so many open accounts; 10000

    Each row has its own anvil (a block a second, 200 million gas), PostgreSQL and app, built in Release. The window is Base's, 60 s, grace 5 s.
    Every order is looked for afterwards, in the records and on the chain: exit code 1 when one was not settled exactly once.
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
    | orders | won | lost or late | transactions | committed to found | found to sent | due to sent | settled a second | `eth_call`s an order | gas an order | wei an order |
    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
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
    var settings = perps.Settings(hermes, graceSeconds: 5);
    settings[$"Chains__{AppSettings.ChainName}__Rpc__0"] = tap.Url.ToString();
    await using var app = await stack.StartAnotherAppAsync(settings);
    await app.WaitUntilReadyAsync(default);
    var begun = TimeProvider.System.GetTimestamp();
    foreach (var (second, wave) in accounts.Chunk((orders + seconds - 1) / seconds).Index())
    {
        var wait = TimeSpan.FromSeconds(second) - TimeProvider.System.GetElapsedTime(begun);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        await perps.CommitManyAsync(wave, 2_100);
    }

    await using var database = NpgsqlDataSource.Create(stack.ConnectionString);
    for (long ended; (ended = await AskAsync<long>(database, "select count(*) from keeper_work where state > 1")) < orders;)
    {
        Tell($"{ended} of {orders} ended after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0} s");
        await Task.Delay(2_000);
    }

    var won = await AskAsync<long>(database, "select count(*) from keeper_work where state = 2");
    var lost = await AskAsync<string>(database, """
        select coalesce(string_agg(reason || ' ' || count, ', '), '0')
        from (select reason, count(*) from keeper_work where state > 2 group by reason) x
        """);
    var spent = await AskAsync<string>(database, """
        select count(*) || ' | ' || round(sum(t.gas_used) / max(w.n)) || ' | ' || to_char(sum(s.cost) / max(w.n), 'FM999999999999999')
        from keeper_sends s join transactions t on t.id = s.transaction_id, (select count(*) as n from keeper_work where state = 2) w
        """);
    var (transactions, costs) = (spent.Split(" | ")[0], string.Join(" | ", spent.Split(" | ")[1..]));
    var found = await TimesAsync("found_at - committed");
    var sent = await TimesAsync("sent_at - found_at");
    var late = await TimesAsync("sent_at - greatest(found_at, committed + interval '5 s')");
    var rate = await AskAsync<decimal>(database, """
        select round(count(*) / greatest(1, extract(epoch from max(sent_at) - min(sent_at))), 1) from keeper_work where state = 2
        """);
    var calls = (double)tap.Calls.Count(call => call.Method == "eth_call") / orders;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {orders} in {seconds} s{Where(away)} | {won} | {lost} | {transactions} | {found} | {sent} | {late} | {rate} | {calls:0.00} | {costs} |"));
    var rewards = BigInteger.Zero;
    foreach (var signer in stack.Signers)
    {
        rewards += await perps.RewardsAsync(signer.Address);
    }

    Tell(rewards == won * one / 2 ? "the chain paid for each of them once" : $"the chain paid {rewards}, not {won * one / 2}");
    return won == orders && rewards == won * one / 2;

    // Milliseconds: median, and the 99th of a hundred.
    Task<string> TimesAsync(string time) => AskAsync<string>(database, $"""
        select round(t[1]) || ', ' || round(t[2]) from (
            select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from {time})::float8 * 1000) as t
            from (select *, to_timestamp((details::jsonb ->> 'committedAt')::bigint) as committed from keeper_work where state = 2) w) q
        """);
}

async Task CostsAsync(int open)
{
    await using var hermes = await StartHermesAsync();

    // anvil would keep the state after each block: gigabytes, with so many positions.
    var forgetful = node with { Extra = ["--prune-history", "10"] };
    await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, Anvil = forgetful, Progress = Tell });
    await using var tap = await RpcTap.StartAsync(stack.Node.Url);
    var perps = await DevPerps.DeployAsync(stack.Node);
    await perps.Market.SendAsync("setWindow(uint256,uint256,uint256)", 0UL, 3_600UL, 0UL);
    await perps.Pyth.SendAsync("setFee(uint256)", 0UL);
    ulong[] accounts = [.. Enumerable.Range(1, open).Select(i => (ulong)i)];
    Tell($"opening {open} positions…");
    await perps.FundManyAsync(accounts, 5_000);
    await perps.OpenManyAsync(hermes, accounts);
    await perps.FundAsync(accounts[^1], 110);
    await perps.PushPriceAsync(hermes);
    await using var services = await StartServicesAsync(stack, tap, perps.Settings(hermes, graceSeconds: 0));
    var keepers = services.GetRequiredService<KeeperService>();
    await using var database = NpgsqlDataSource.Create(stack.ConnectionString);
    while (await AskAsync<long>(database, "select count(*) from keeper_accounts") is var known && known < open)
    {
        Tell($"{known} of {open} accounts known");
        await keepers.RunAsync(KeeperNames.Liquidation, default);
    }

    Console.WriteLine("\n| one tick with nothing to do | calls | round trips | ms |\n|---|--:|--:|--:|");
    await TickAsync(KeeperNames.Liquidation, $"liquidation, {open} open accounts");
    await TickAsync(KeeperNames.Settlement, "settlement");
    Console.WriteLine("\n| one action | gas | wei |\n|---|--:|--:|");
    hermes.Prices[DevPerps.Feed] = _ => 1985_00000000;
    await perps.PushPriceAsync(hermes);
    await ActAsync(KeeperNames.Liquidation, $"liquidation, found among {open} accounts");

    async Task TickAsync(string keeper, string name)
    {
        var times = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            tap.Clear();
            var started = Stopwatch.GetTimestamp();
            await keepers.RunAsync(keeper, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {tap.Calls.Count} | {tap.RoundTrips} | {times.Order().ElementAt(5):0} |"));
    }

    async Task ActAsync(string keeper, string name)
    {
        for (var i = 0; await AskAsync<long>(database, $"select count(*) from keeper_work where keeper = '{keeper}' and state = 2") == 0; i++)
        {
            if (i == 300)
            {
                throw new DevChainException(await AskAsync<string>(
                    database, $"select 'nothing done: ' || coalesce(max(reason || ' ' || coalesce(detail, '')), '') from keeper_work where keeper = '{keeper}'"));
            }

            await keepers.RunAsync(keeper, default);
            await Task.Delay(200);
        }

        Console.WriteLine($"| {name} | " + await AskAsync<string>(database, $"""
            select t.gas_used || ' | ' || s.cost from keeper_sends s join transactions t on t.id = s.transaction_id where s.keeper = '{keeper}'
            """) + " |");
    }
}

static async Task<ServiceProvider> StartServicesAsync(DevStack stack, RpcTap tap, Dictionary<string, string> perps)
{
    var settings = new Dictionary<string, string>(stack.Settings.Concat(perps));
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
