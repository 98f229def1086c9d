using System.Globalization;
using System.Numerics;
using System.Text.Json;
using DevChain;
using DevChain.Processes;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions;
using Relayer.Core.Treasury.Reports;

namespace Relayer.Core.Tests.Treasury;

[Trait("needs", "services")]
public sealed class ReconciliationTests(PostgresFixture postgres)
{
    private const string Reverter = "0x60006000fd";

    private static readonly BigInteger Milli = GasWorld.Milli;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// A month of everything that costs or brings money, in random order: transactions that succeed, carry value, revert and are closed
    /// by a noop; top-ups; deposits by hand; clocks and chain moved on by hours. At its end the books are the chain's, to the wei.
    /// </summary>
    [Theory]
    [InlineData(20_260_930)]
    [InlineData(7)]
    public async Task A_random_month_balances_to_the_wei(int seed)
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 3, signerMilli: 60, councilMilli: 1_000_000, change: chain =>
        {
            chain.TopUps.MaxPerDayWei = new(UInt256.From(1_000_000 * Milli));
            chain.TopUps.MaxPerSignerPerDayWei = new(UInt256.From(1_000_000 * Milli));
        });
        var random = new Random(seed);
        await world.Node.SetCodeAsync($"{Plans.Account(9)}", Reverter, Cancellation);
        var (faucet, deposited, began) = ((await world.Node.AccountsAsync(Cancellation))[0], BigInteger.Zero, await AllAsync(world));
        Assert.Equal(0, await world.ReconcileAsync());
        var rounds = 0;
        for (var moved = TimeSpan.Zero; moved < TimeSpan.FromDays(30); rounds++)
        {
            switch (rounds < 6 ? rounds : random.Next(6))
            {
                case 0 or 1:
                    await world.SendAsync([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Plans.Create(value: (ulong)random.NextInt64(1_000_000_000_000)))]);
                    break;
                case 2:
                    await world.SendAsync(Plans.Create(to: Plans.Account(9), value: (ulong)random.Next(1_000_000)));
                    break;
                case 3:
                    await world.Node.SetAutomineAsync(false, Cancellation);
                    await world.SendAsync(Plans.Create(expiresAt: world.Time.GetUtcNow().AddSeconds(1), value: 77));
                    world.Time.Advance(TimeSpan.FromSeconds(2));
                    break;
                case 4:
                    var amount = random.NextInt64(1, 1_000_000_000_000_000);
                    deposited += amount;
                    await DepositAsync(world, faucet, world.Keys[random.Next(3)].Address, amount);
                    break;
                default:
                    await world.TopUpAsync();
                    break;
            }

            await world.SettleAsync();
            await world.Node.SetAutomineAsync(true, Cancellation);
            if (random.Next(2) == 0)
            {
                await world.ReconcileAsync();
            }

            var step = TimeSpan.FromHours(random.Next(1, 60));
            await world.AdvanceAsync(step);
            moved += step;
        }

        await world.SettleAsync();
        await world.ReconcileAsync(); // With the last deposits.
        await world.Node.MineAsync(1, Cancellation);
        Assert.Equal(4, await world.ReconcileAsync());
        Assert.Empty((await world.OpenIncidentsAsync()).Where(incident => incident.Report.Kind.StartsWith("unexplained", StringComparison.Ordinal)).Select(incident => incident.Report.Detail));
        Assert.Equal(deposited, await SumAsync(world, "select coalesce(sum(amount), 0) from deposits"));
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select count(*) from deposits where hash is null"));

        // The sums, by each of their ways, are the receipts'; what left the accounts is fees and values.
        var fees = await SumReceiptsAsync(world);
        foreach (var table in (string[])["spend_hours", "spend_days"])
        {
            Assert.Equal(fees, await SumAsync(world, $"select sum(fee) from {table}"));
        }

        var values = await SumAsync(world, "select sum(value) from transactions where state = 4 and purpose <> 'top_up'");
        Assert.Equal(began + deposited - fees - values, await AllAsync(world));
        Assert.True(await world.Database.ScalarAsync<long>("select count(*) from spend_days where purpose = 'noop'") > 0);
        Assert.True(await world.Database.ScalarAsync<long>("select sum(failed)::bigint from spend_hours") > 0);
    }

    [Fact]
    public async Task A_deposit_by_hand_is_noticed_with_its_transfer_and_is_no_incident()
    {
        await using var world = await GasWorld.StartAsync(postgres);
        await world.ReconcileAsync();
        var faucet = (await world.Node.AccountsAsync(Cancellation))[0];
        await world.Node.MineAsync(5, Cancellation);
        var hash = await DepositAsync(world, faucet, world.Signer, 123);
        await world.Node.MineAsync(9, Cancellation);

        await world.ReconcileAsync();

        var chain = (await world.Get<GasReport>().ReadAsync(Cancellation)).Chains[0];
        var deposit = Assert.Single(chain.Deposits);
        Assert.Equal((new Wei(123), hash, Address.Parse(faucet)), (deposit.Amount, deposit.Hash!.Value, deposit.Sender!.Value));
        Assert.Empty(await world.OpenIncidentsAsync());
        await world.Node.MineAsync(1, Cancellation);
        Assert.Equal(2, await world.ReconcileAsync());
    }

    [Fact]
    public async Task Money_that_leaves_by_another_hand_is_an_incident_with_its_block_and_stops_the_top_ups_of_that_signer()
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 1_000);
        await world.ReconcileAsync();
        await world.Node.MineAsync(7, Cancellation);
        await world.Node.Rpc.SendAsync("anvil_impersonateAccount", [$"{world.Signer}"], Cancellation);
        var sent = await world.Node.Rpc.SendAsync(
            "eth_sendTransaction", [new { from = $"{world.Signer}", to = $"{Plans.Nobody}", value = Quantity(995 * Milli) }], Cancellation);
        var block = await MinedInAsync(world, sent.GetString()!);
        await world.Node.MineAsync(7, Cancellation);

        Assert.Empty(await world.TopUpAsync());

        var incident = (await world.OpenIncidentsAsync()).Single(incident => incident.Report.Kind == "unexplained_loss");
        Assert.Equal((true, IncidentSeverity.Critical, (Address?)world.Signer), (incident.Report.NeedsPerson, incident.Report.Severity, incident.Report.Account));
        Assert.Contains($"in block {block}", incident.Report.Detail, StringComparison.Ordinal);
        Assert.Contains("1 transactions of the account there are not the relayer's", incident.Report.Detail, StringComparison.Ordinal);
        Assert.Empty(await world.TopUpAsync());
        await world.Get<IncidentLog>().ClearAsync(incident.Id, "alice", "the key is changed", Cancellation);
        Assert.Equal(world.Signer, Assert.Single(await world.TopUpAsync()).Signer);
    }

    [Fact]
    public async Task What_the_ledger_does_not_have_yet_is_waited_for()
    {
        await using var world = await GasWorld.StartAsync(postgres);
        await world.ReconcileAsync();
        await world.SendAsync(Plans.Create());
        await world.SettleAsync();
        await world.Get<ChainEngines>().DisposeAsync();
        await world.Database.ExecuteAsync("update transactions set state = 3"); // The confirmer is late.

        Assert.Equal(1, await world.ReconcileAsync()); // The council's wallet, which sent nothing.
        Assert.Empty(await world.OpenIncidentsAsync());
        await world.Database.ExecuteAsync("update transactions set state = 4");
        await world.Node.MineAsync(1, Cancellation);
        Assert.Equal(2, await world.ReconcileAsync());
    }

    [Fact]
    public async Task A_chain_that_went_back_deeper_than_the_confirmations_begins_the_books_anew_and_says_so()
    {
        await using var world = await GasWorld.StartAsync(postgres);
        var snapshot = await world.Node.SnapshotAsync(Cancellation);
        await world.Node.MineAsync(5, Cancellation);
        await world.ReconcileAsync();
        await world.Node.RevertAsync(snapshot, Cancellation);
        await world.Node.SetBalanceAsync($"{world.Signer}", 77, Cancellation);
        await world.Node.IncreaseTimeAsync(TimeSpan.FromSeconds(30), Cancellation);
        await world.Node.MineAsync(8, Cancellation);

        await world.ReconcileAsync();

        Assert.Equal(["books_restarted", "books_restarted"], (await world.OpenIncidentsAsync()).Select(incident => incident.Report.Kind));
        await world.Node.MineAsync(1, Cancellation);
        Assert.Equal(2, await world.ReconcileAsync());
    }

    private static async Task<Hash32> DepositAsync(GasWorld world, string from, Address to, BigInteger amount)
    {
        var sent = await world.Node.Rpc.SendAsync("eth_sendTransaction", [new { from, to = $"{to}", value = Quantity(amount) }], Cancellation);
        return Hash32.Parse(sent.GetString()!);
    }

    private static string Quantity(BigInteger amount) => "0x" + amount.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');

    private static async Task<BigInteger> SumAsync(GasWorld world, string sql) => await world.Database.ScalarAsync<BigInteger>(sql);

    private static async Task<BigInteger> AllAsync(GasWorld world)
    {
        var sum = await world.BalanceAsync(world.Council.Address);
        foreach (var key in world.Keys)
        {
            sum += await world.BalanceAsync(key.Address);
        }

        return sum;
    }

    private static async Task<BigInteger> SumReceiptsAsync(GasWorld world)
    {
        var sum = BigInteger.Zero;
        foreach (var hash in await world.Database.ColumnAsync<byte[]>("select hash from transactions where hash is not null"))
        {
            var receipt = await world.Node.Rpc.SendAsync("eth_getTransactionReceipt", [$"{new Hash32(hash)}"], Cancellation);
            sum += JsonRpc.ToInteger(receipt.GetProperty("gasUsed")) * JsonRpc.ToInteger(receipt.GetProperty("effectiveGasPrice"));
        }

        return sum;
    }

    /// <summary>The block that took a transaction: a node answers before it has mined.</summary>
    private static async Task<long> MinedInAsync(GasWorld world, string hash)
    {
        JsonElement receipt = default;
        Assert.True(await Poll.UntilAsync(
            async () =>
            {
                receipt = await world.Node.Rpc.SendAsync("eth_getTransactionReceipt", [hash], Cancellation);
                return receipt.ValueKind == JsonValueKind.Object;
            },
            TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(20), Cancellation));
        return (long)JsonRpc.ToInteger(receipt.GetProperty("blockNumber"));
    }
}
