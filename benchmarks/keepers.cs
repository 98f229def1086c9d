#:project ../tests/DevChain/DevChain.csproj
#:project ../src/Functions/Functions.csproj
#:property PublishAot=false

// Orders committed over a time, settled by the app's own timer: `dotnet run benchmarks/keepers.cs -- [orders] [seconds]`.
// A commitment a second holds orders / seconds of them; every one is looked for afterwards, on the chain and in the records.
using System.Globalization;
using System.Numerics;
using DevChain;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

var orders = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000;
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
var one = BigInteger.Pow(10, 18);
var node = new AnvilOptions { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true, GasLimit = 200_000_000 };
await using var hermes = await HermesStandIn.StartAsync();
hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, Signers = 4, Anvil = node, Progress = Console.WriteLine });
var perps = await DevPerps.DeployAsync(stack.Node);
var aggregate = AbiSignature.Parse("aggregate3Value((address,bool,uint256,bytes)[])");
var fund = AbiSignature.Parse("setCollateral(uint128,int256)");
var commit = AbiSignature.Parse("commitOrder((uint128,uint128,int128,uint128,uint256,bytes32,address))");
var accounts = Enumerable.Range(1, orders).Select(i => (ulong)i).ToArray();
foreach (var chunk in accounts.Chunk(100))
{
    await SendManyAsync(chunk.Select(account => fund.Encode(account, 1_000 * one)));
}

await using var app = await stack.StartAnotherAppAsync(perps.Settings(hermes, graceSeconds: 5));
var begun = TimeProvider.System.GetTimestamp();
var waves = accounts.Chunk((orders + seconds - 1) / seconds).ToArray();
for (var i = 0; i < waves.Length; i++)
{
    await SendManyAsync(waves[i].Select(account => commit.Encode(
        AbiValue.Of(DevPerps.MarketId, account, one, 0UL, 2_100 * one, default(Hash32), default(Address)))));
    var next = TimeSpan.FromSeconds(i + 1) - TimeProvider.System.GetElapsedTime(begun);
    await Task.Delay(next > TimeSpan.Zero ? next : TimeSpan.Zero);
}

var committing = TimeProvider.System.GetElapsedTime(begun);
await using var database = NpgsqlDataSource.Create(stack.ConnectionString);
for (var last = -1L; await AskAsync<long>($"select count(*) from keeper_work where state > 1") is var ended && ended < orders;)
{
    if (ended != last)
    {
        Console.WriteLine($"{ended} of {orders} ended");
        last = ended;
    }

    await Task.Delay(2_000);
}

Console.WriteLine($"""

    {orders} orders committed in {committing.TotalSeconds:0} s
    won              {await AskAsync<long>("select count(*) from keeper_work where state = 2")}
    other ends       {await AskAsync<string>("select coalesce(string_agg(r, ', '), 'none') from (select reason || ' ' || count(*) as r from keeper_work where state > 2 group by reason) x")}
    transactions     {await AskAsync<long>("select count(*) from keeper_sends")}, each with {await AskAsync<decimal>("select round(count(*)::numeric / greatest(1, count(distinct transaction_id)), 1) from keeper_work where state = 2")} orders
    due to sent, ms  median {await QuantileAsync(0.5)}, p99 {await QuantileAsync(0.99)}
    settled a second {await AskAsync<decimal>("select round(count(*) / greatest(1, extract(epoch from max(sent_at) - min(sent_at))), 1) from keeper_work where state = 2")}
    gas an order     {await AskAsync<decimal>("select round(sum(t.gas_used) / greatest(1, (select count(*) from keeper_work where state = 2)), 0) from transactions t where purpose = 'settlement'")}
    """);
var rewards = BigInteger.Zero;
foreach (var signer in stack.Signers)
{
    rewards += await perps.RewardsAsync(signer.Address);
}

var won = await AskAsync<long>("select count(*) from keeper_work where state = 2");
Console.WriteLine(rewards == won * one / 2 ? "the chain paid for each of them once" : $"the chain paid {rewards}, not {won * one / 2}");
return rewards == won * one / 2 && await AskAsync<long>("select count(*) from keeper_work where state > 1") == orders ? 0 : 1;

Task<System.Text.Json.JsonElement> SendManyAsync(IEnumerable<byte[]> calls) => perps.Multicall.SendWithGasAsync(
    100_000_000,
    aggregate.ToString(),
    AbiValue.Of([.. calls.Select(call => AbiValue.Of(perps.Market.Address, true, 0UL, call))]));

async Task<T> AskAsync<T>(string sql)
{
    await using var command = database.CreateCommand(sql);
    return (T)(await command.ExecuteScalarAsync())!;
}

async Task<int> QuantileAsync(double q) => (int)await AskAsync<double>(string.Create(
    CultureInfo.InvariantCulture,
    $"select coalesce(percentile_cont({q}) within group (order by extract(epoch from sent_at - due_at)::float8 * 1000), 0) from keeper_work where state = 2"));
