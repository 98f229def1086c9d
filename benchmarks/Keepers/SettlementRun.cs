using System.Globalization;
using System.Numerics;
using DevChain;
using Npgsql;

namespace Keepers;

/// <summary>Orders committed over some time, settled by the app's own timer.</summary>
internal static class SettlementRun
{
    // Orders are due with the grace's end, or when they are found if that is later. Their commitment has its block's time, a whole second.
    private const string Orders = """
        select *, greatest(found_at, committed + interval '5 s') as due from (
            select *, to_timestamp((details::jsonb ->> 'committedAt')::bigint) as committed from keeper_work where state = 2) x
        """;

    public static void Head() => Console.WriteLine("""
        | orders | won | lost or late | transactions | committed to found | found to sent | due to sent | settled a second | JSON-RPC calls an order | of them `eth_call` |
        |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
        """);

    /// <summary>Writes a row of the table.</summary>
    /// <param name="orders">How many.</param>
    /// <param name="seconds">Over how many seconds.</param>
    /// <param name="away">How many milliseconds farther away the node is than it is.</param>
    /// <returns>False when one was not settled exactly once.</returns>
    public static async Task<bool> RunAsync(int orders, int seconds, int away)
    {
        await using var hermes = await Stage.StartHermesAsync();
        await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, Signers = 4, Anvil = Stage.Node, Progress = Stage.Tell });
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
        for (long ended; (ended = await Stage.AskAsync<long>(database, "select count(*) from keeper_work where state > 1")) < orders
            && TimeProvider.System.GetElapsedTime(begun) < patience;)
        {
            Stage.Tell($"{ended} of {orders} ended after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0} s");
            await Task.Delay(2_000);
        }

        var methods = tap.Calls.Select(call => call.Method).ToArray();
        var won = await Stage.AskAsync<long>(database, "select count(*) from keeper_work where state = 2");
        var lost = await Stage.AskAsync<string>(database, $"""
            select coalesce(string_agg(reason || ' ' || count, ', '), '{orders - won}')
            from (select reason, count(*) from keeper_work where state <> 2 group by reason) x
            """);
        var transactions = await Stage.AskAsync<long>(database, "select count(*) from transactions");
        var found = await TimesAsync("found_at - committed");
        var sent = await TimesAsync("sent_at - found_at");
        var late = await TimesAsync("sent_at - due");
        var rate = won == 0 ? 0 : await Stage.AskAsync<decimal>(database, $"select round(count(*) / extract(epoch from max(sent_at) - min(due)), 1) from ({Orders}) w");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {orders} in {seconds} s{Where(away)} | {won} | {lost} | {transactions} | {found} | {sent} | {late} | {rate} | {(double)methods.Length / orders:0.00} | {(double)methods.Count("eth_call".Equals) / orders:0.00} |"));

        // A position of one unit each: none is an order that was lost, two one that was filled twice.
        var sizes = new List<BigInteger>();
        foreach (var account in accounts)
        {
            sizes.Add(await perps.SizeAsync(account));
        }

        var wrong = sizes.Count(size => size != BigInteger.Pow(10, 18));
        Stage.Tell(wrong == 0 ? "by the chain each was settled once" : $"by the chain {wrong} were not settled once");
        return won == orders && wrong == 0;

        // Milliseconds: median, and the 99th of a hundred.
        Task<string> TimesAsync(string time) => Stage.AskAsync<string>(database, $"""
            select coalesce(round(t[1]) || ', ' || round(t[2]), '') from (
                select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from {time})::float8 * 1000) as t from ({Orders}) w) q
            """);
    }

    private static string Where(int away) => away == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", node {away} ms away");
}
