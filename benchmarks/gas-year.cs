#:project ../tests/DevChain/DevChain.csproj
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property NuGetLockFilePath=no.lock.json

// How long the council's figures take with a year of history:
//   dotnet run benchmarks/gas-year.cs [-- RELAYS_A_DAY [USERS_A_DAY]]
// It starts the development stack, fills the sums as a year of relays would have left them (the sums, for nothing else is read), and asks
// the app. Times are a caller's on this machine, so the server's own are below them. Exit code 1 when the overview is above the target.
using System.Diagnostics;
using System.Globalization;
using DevChain;
using Npgsql;

const double TargetMilliseconds = 50;
const int Rounds = 100;

var relays = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var users = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 20_000;
await using var stack = await DevStack.StartAsync(new DevStackOptions { Progress = Console.WriteLine });
Console.WriteLine($"Filling a year of {relays} relays of {users} users a day…");
var filling = Stopwatch.StartNew();
await FillAsync();
Console.WriteLine($"… {filling.Elapsed.TotalSeconds:0} s");

var overview = await MeasureAsync("/api/gas");
await MeasureAsync("/api/council");
await MeasureAsync("/api/gas/spend?groupBy=day,purpose,target&limit=1000");
await MeasureAsync($"/api/gas/spend?groupBy=day,purpose&from={TimeProvider.System.GetUtcNow().AddDays(-365):yyyy-MM-dd}&limit=1000");
await MeasureAsync($"/api/gas/spend?groupBy=user&from={TimeProvider.System.GetUtcNow():yyyy-MM-dd}");
await MeasureAsync("/api/gas/history");
await MeasureAsync("/api/gas/top-ups");
return overview <= TargetMilliseconds ? 0 : 1;

async Task<double> MeasureAsync(string path)
{
    var times = new List<double>();
    var size = 0;
    for (var i = 0; i < Rounds + 5; i++)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await stack.App.Http.GetAsync(path);
        size = (await answer.Content.ReadAsByteArrayAsync()).Length;
        if (!answer.IsSuccessStatusCode)
        {
            Console.WriteLine($"{path}: {(int)answer.StatusCode}");
            return double.NaN;
        }

        if (i >= 5)
        {
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
    }

    times.Sort();
    Console.WriteLine($"{path,-60} median {times[Rounds / 2],7:0.0} ms   95th percentile {times[Rounds * 95 / 100],7:0.0} ms   {size / 1024.0,7:0.0} kB");
    return times[Rounds / 2];
}

async Task FillAsync()
{
    await stack.App.Http.GetAsync("/api/gas");
    await using var connection = new NpgsqlConnection(stack.ConnectionString);
    await connection.OpenAsync();
    foreach (var sql in new[]
    {
        // Ten signers, of which the app knows as many as it has keys; the others are former ones.
        $"""
        insert into signers (chain_id, address, next_nonce, created_at, updated_at)
        select 31337, decode('a' || lpad(to_hex(s), 39, '0'), 'hex'), 0, now() - interval '1 year', now() from generate_series(1, 10) s
        """,
        $"""
        insert into spend_hours select 31337, decode('a' || lpad(to_hex(s), 39, '0'), 'hex'), h, {relays} / 240 * 200000::numeric * (1000000000 + (random() * 1e9)::bigint), 0, 0,
            {relays} / 240 * 200000, {relays} / 240, 3
        from generate_series(1, 10) s, generate_series(date_trunc('hour', now() - interval '1 year'), now() - interval '1 hour', interval '1 hour') h
        """,
        $"""
        insert into spend_days select 31337, d::date, p, decode('b' || lpad(to_hex(t), 39, '0'), 'hex'), decode(lpad(to_hex(f), 8, '0'), 'hex'), 1e15 + t * f, {relays} / 120, {relays} / 120
        from generate_series(now() - interval '1 year', now(), interval '1 day') d, unnest(array['relay', 'noop', 'settlement']) p, generate_series(1, 8) t, generate_series(1, 5) f
        """,
        $"""
        insert into spend_users select 31337, d::date, decode('c' || lpad(to_hex(u), 39, '0'), 'hex'), 'relay', decode('b' || lpad(to_hex(1 + u % 8), 39, '0'), 'hex'), '\x00000001', 1e13, {relays} / {users}
        from generate_series(now() - interval '1 year', now(), interval '1 day') d, generate_series(1, {users}) u
        """,
        """
        insert into readings (chain_id, block_number, block_hash, block_time, taken_at, agreement, providers, thinned)
        select 31337, -row_number() over (order by t desc), decode(repeat('00', 32), 'hex'), t, t, 1, '[]', 0 from (
            select t from generate_series(now() - interval '2 days', now() - interval '1 minute', interval '30 seconds') t
            union all select t from generate_series(now() - interval '60 days', now() - interval '2 days', interval '1 hour') t
            union all select t from generate_series(now() - interval '1 year', now() - interval '60 days', interval '1 day') t) x
        """,
        """
        insert into balances (chain_id, account, role, block_number, balance, nonce)
        select 31337, decode('a' || lpad(to_hex(s), 39, '0'), 'hex'), 2, block_number, 1e18, 1 from readings, generate_series(1, 10) s where block_number < 0
        """,
        "analyze",
    })
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 1_800 };
        await command.ExecuteNonQueryAsync();
    }
}
