using System.Numerics;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Treasury;

/// <summary>Transfers that fail, signers that stand still, and a process that dies in between.</summary>
[Trait("needs", "services")]
public sealed class TopUpFailureTests(PostgresFixture postgres)
{
    private static readonly BigInteger Milli = GasWorld.Milli;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfers_that_fail_are_tried_more_and_more_rarely_and_are_one_incident_with_the_contracts_words()
    {
        // A node that hides the code, as one may that is behind: the transfers revert on the chain.
        NodeProxy? proxy = null;
        await using var world = await GasWorld.StartAsync(
            postgres, signerMilli: 10, change: chain => chain.TopUps.TransferGas = 60_000,
            rpc: async node => [new Uri((proxy = await NodeProxy.StartAsync(node.Url, Cancellation)).Url)]);
        await using var hiding = proxy!;
        hiding.Alter((method, _, reply) =>
        {
            if (method == "eth_getCode")
            {
                reply["result"] = "0x";
            }

            return reply;
        });
        await world.Node.SetCodeAsync($"{world.Signer}", RefusesWith("not wanted here"), Cancellation);
        await world.AdvanceAsync(TimeSpan.Zero);

        for (var moved = TimeSpan.Zero; moved < TimeSpan.FromHours(24); moved += TimeSpan.FromMinutes(10))
        {
            await world.TopUpAsync();
            await world.SettleAsync();
            await world.AdvanceAsync(TimeSpan.FromMinutes(10));
        }

        // At 0, 10, 30, 70, 150, 310, 630 and 1,270 minutes, each some moments later: and not at each of the 144 ticks.
        Assert.InRange(await world.Node.NonceAsync($"{world.Council.Address}", Cancellation), 6, 8);
        var incident = Assert.Single(await world.OpenIncidentsAsync(), open => open.Report.Kind == "top_up_failing").Report;
        Assert.Contains("code that refuses it: not wanted here.", incident.Detail, StringComparison.Ordinal);

        await world.Node.SetCodeAsync($"{world.Signer}", "0x", Cancellation);
        await world.AdvanceAsync(TimeSpan.FromDays(1));
        await world.Node.MineAsync(2, Cancellation); // The block that balances are read at is of today too.
        Assert.Single(await world.TopUpAsync(world.AddInstance())); // Another process knows as much.
        await world.SettleAsync();
        await world.TopUpAsync();
        Assert.DoesNotContain(await world.OpenIncidentsAsync(), open => open.Report.Kind == "top_up_failing");
    }

    /// <summary>Code that reverts with <c>Error(string)</c>: twelve bytes that copy what stands behind them.</summary>
    private static string RefusesWith(string words) => "0x6064600c60003960646000fd" + "08c379a0" + 32.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)
        + words.Length.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)
        + Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(words)).PadRight(64, '0');

    [Fact]
    public async Task A_signer_that_errors_have_paused_again_and_again_is_one_incident_with_the_cause_and_ends_with_it()
    {
        await using var world = await GasWorld.StartAsync(postgres);
        await world.Engine.QuoteAsync(1, Cancellation);
        await world.Database.ExecuteAsync(
            "update signers set paused = true, paused_why = 'errors', paused_reason = 'its signing key is unavailable', paused_since = now(), strikes = 3, retry_at = now() + interval '100 days'");
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);

        var incident = Assert.Single(await world.OpenIncidentsAsync()).Report;
        Assert.Equal(("signer_failing", (Address?)world.Signer), (incident.Kind, incident.Account));
        Assert.StartsWith("The cause: its signing key is unavailable. Paused 3 times in a row", incident.Detail, StringComparison.Ordinal);

        // It is let go to be tried, and nothing is known yet: the same incident stays.
        await world.Database.ExecuteAsync(
            "update signers set paused = false, paused_why = null, paused_reason = null, paused_since = null, retry_at = now() - interval '1 minute'");
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Single(await world.OpenIncidentsAsync());

        await world.Database.ExecuteAsync("update signers set retry_at = now() - interval '31 minutes'");
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.Empty(await world.OpenIncidentsAsync());
    }

    [Theory]
    [InlineData("recorded")]
    [InlineData("signed")]
    [InlineData("sent")]
    public async Task Killed_at_any_step_it_is_neither_sent_twice_nor_forgotten(string step)
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 10, anvil: new AnvilOptions { MineOnDemand = true });
        await world.TopUpAsync();
        await world.Get<ChainEngines>().DisposeAsync();

        // As the process that was killed there would have left it.
        if (step != "sent")
        {
            await world.Node.DropTransactionAsync(new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from attempts")).ToString(), Cancellation);
        }

        await world.Database.ExecuteAsync(step == "recorded"
            ? "delete from attempts; update transactions set state = 0, updated_at = updated_at - interval '1 hour'"
            : "update transactions set state = 1, updated_at = updated_at - interval '1 hour'");
        var next = world.AddInstance();
        Assert.Empty(await world.TopUpAsync(next));
        await world.SettleAsync();
        Assert.Empty(await world.TopUpAsync(next));

        Assert.Equal(1, await world.Node.NonceAsync($"{world.Council.Address}", Cancellation));
        Assert.Equal(200 * Milli, await world.BalanceAsync(world.Signer));
        Assert.Equal(1, await world.Database.ScalarAsync<long>("select count(*) from top_ups where state = 1"));
    }

    [Fact]
    public async Task Killed_before_the_record_nothing_happened()
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 10);
        await world.Database.ExecuteAsync("""
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
            create trigger refuse before insert on top_ups for each statement execute function refuse()
            """);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => world.TopUpAsync());
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select next_nonce from signers order by next_nonce desc limit 1"));

        await world.Database.ExecuteAsync("drop trigger refuse on top_ups");
        Assert.Single(await world.TopUpAsync());
    }
}
