using System.Numerics;
using Npgsql;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Tests.Treasury;

[Trait("needs", "services")]
public sealed class TopUpServiceTests(PostgresFixture postgres)
{
    private static readonly BigInteger Milli = GasWorld.Milli;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_low_signer_is_filled_to_its_target_once_and_the_books_balance()
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 1_000);
        await world.Node.SetBalanceAsync($"{world.Signer}", 10 * Milli, Cancellation);
        await world.Node.MineAsync(2, Cancellation);
        await world.ReconcileAsync();

        var sent = Assert.Single(await world.TopUpAsync());
        Assert.Empty(await world.TopUpAsync()); // In flight.
        await world.SettleAsync();
        Assert.Empty(await world.TopUpAsync()); // Filled.

        Assert.Equal((world.Signer, 190 * Milli), (sent.Signer, sent.Amount.ToBigInteger()));
        Assert.Equal(200 * Milli, await world.BalanceAsync(world.Signer));
        var fee = await world.Database.ScalarAsync<BigInteger>("select fee from top_ups where state = 1");
        Assert.Equal((10_000 - 190) * Milli - fee, await world.BalanceAsync(world.Council.Address));
        Assert.Equal("top_up", await world.Database.ScalarAsync<string>("select purpose from spend_days"));
        await world.Node.MineAsync(1, Cancellation);
        Assert.Equal(3, await world.ReconcileAsync());
        Assert.Empty(await world.OpenIncidentsAsync());
    }

    [Fact]
    public async Task A_signer_that_ran_dry_pauses_is_refilled_and_goes_on_by_itself()
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 0, change: chain => chain.Fees.MaxAge = TimeSpan.Zero);
        await world.Engine.QuoteAsync(1, Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.True(await world.Database.ScalarAsync<bool>("select paused from signers"));
        Assert.Empty((await world.Engine.QuoteAsync(21_000, Cancellation)).Signers);

        Assert.Single(await world.TopUpAsync());
        await world.SettleAsync();
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.False(await world.Database.ScalarAsync<bool>("select bool_or(paused) from signers"));
        await world.SendAsync(Transactions.Plans.Create());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Before_the_books_are_compared_a_signer_is_filled_only_if_its_own_transactions_may_have_cost_what_is_missing(bool isItsOwn)
    {
        await using var world = await GasWorld.StartAsync(postgres);
        await world.ReconcileAsync();
        await world.Node.SetAutomineAsync(false, Cancellation);
        await world.SendAsync(Transactions.Plans.Create(value: isItsOwn ? 990 * (ulong)Milli : 0));
        await using (var confirmer = await world.Database.OpenAsync())
        {
            // In a block, and nobody can write that it is final.
            await using var transaction = await confirmer.BeginTransactionAsync(Cancellation);
            await using (var held = new NpgsqlCommand("select count(*) from (select from transactions for update) t", confirmer))
            {
                Assert.Equal(1L, await held.ExecuteScalarAsync(Cancellation));
            }

            await world.Node.SetAutomineAsync(true, Cancellation);
            await world.Node.MineAsync(1, Cancellation);
            if (!isItsOwn)
            {
                await world.Node.SetBalanceAsync($"{world.Signer}", 9 * Milli, Cancellation);
                await world.Node.MineAsync(1, Cancellation);
            }

            Assert.Equal(isItsOwn ? 1 : 0, (await world.TopUpAsync()).Count);
            Assert.DoesNotContain(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "unexplained_loss");
        }

        await world.SettleAsync();
        await world.ReconcileAsync();

        // What is gone beyond what they cost is told once that is known.
        Assert.Equal(!isItsOwn, (await world.OpenIncidentsAsync()).Any(incident => incident.Report.Kind == "unexplained_loss"));
        Assert.Empty(await world.TopUpAsync());
    }

    [Fact]
    public async Task Several_instances_at_once_make_one_transfer()
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 10);
        var others = Enumerable.Range(0, 3).Select(_ => world.AddInstance()).ToArray();

        var sent = await Task.WhenAll(others.Append(world.First).Select(world.TopUpAsync));
        await world.SettleAsync();

        Assert.Single(sent.SelectMany(list => list));
        Assert.Equal(1, await world.Node.NonceAsync($"{world.Council.Address}", Cancellation));
        Assert.Equal(200 * Milli, await world.BalanceAsync(world.Signer));
    }

    [Fact]
    public async Task An_instance_that_looked_before_another_one_paid_does_not_pay_again()
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 10, change: chain => chain.TopUps.CoolDown = TimeSpan.Zero);
        var stale = await world.ReadAsync();
        await world.TopUpAsync();
        await world.SettleAsync();
        var view = new TopUpView(world.ChainId, world.Chain.TopUps, world.Council.Address, [world.Signer], stale, default);

        await using var connection = await world.Database.OpenAsync();
        var (situation, _, _) = await world.Get<TopUpContextReader>().ReadAsync(connection, view, Cancellation);

        Assert.Equal(190 * Milli, situation.Signers[0].InFlight.ToBigInteger());
        Assert.Empty(TopUpPlan.For(situation, TopUpRules.From(world.Chain.TopUps)).Transfers);
    }

    [Theory]
    [InlineData(true, "(EIP-7702), which the relayer never does: somebody has signed with its key.")]
    [InlineData(false, "It is a contract")]
    public async Task A_signer_with_code_is_told_before_money_is_sent_to_it_and_is_filled_once_the_code_is_gone(bool isDelegated, string expected)
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 10);
        const string Reverter = "0x60006000fd";
        await world.Node.SetCodeAsync($"{Transactions.Plans.Account(0xb7)}", Reverter, Cancellation);
        var code = isDelegated ? "0xef0100" + Convert.ToHexStringLower(Transactions.Plans.Account(0xb7).ToArray()) : Reverter;
        await world.Node.SetCodeAsync($"{world.Signer}", code, Cancellation);

        Assert.Equal(world.Keys[1].Address, Assert.Single(await world.TopUpAsync()).Signer);
        await world.SettleAsync();

        Assert.Equal(10 * Milli, await world.BalanceAsync(world.Signer));
        Assert.Equal(1, await world.Node.NonceAsync($"{world.Council.Address}", Cancellation));
        var incident = (await world.OpenIncidentsAsync()).Single(open => open.Report.Kind == "signer_has_code").Report;
        Assert.Equal((world.Signer, IncidentSeverity.Critical), (incident.Account!.Value, incident.Severity));
        Assert.Contains(expected, incident.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            "The reason: it has code, see the incident signer_has_code.",
            (await world.OpenIncidentsAsync()).Single(open => open.Report.Kind == "signer_low").Report.Detail);

        await world.Node.SetCodeAsync($"{world.Signer}", "0x", Cancellation);
        await world.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.Equal(world.Signer, Assert.Single(await world.TopUpAsync()).Signer);
        Assert.DoesNotContain(await world.OpenIncidentsAsync(), open => open.Report.Kind == "signer_has_code");
    }

    [Fact]
    public async Task A_wallet_that_is_too_low_gives_what_it_can_and_says_what_is_missing_until_it_has_enough()
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 0, councilMilli: 250);

        var sent = Assert.Single(await world.TopUpAsync());
        Assert.Equal(200 * Milli, sent.Amount.ToBigInteger() + (await world.Database.ScalarAsync<BigInteger>("select max_fee * gas_limit from transactions")));
        var incident = (await world.OpenIncidentsAsync()).Single(incident => incident.Report.Kind == "council_low");
        Assert.Equal((IncidentSeverity.Critical, (Address?)world.Council.Address), (incident.Report.Severity, incident.Report.Account));
        Assert.Contains("lacks 0.2", incident.Report.Detail, StringComparison.Ordinal);
        Assert.EndsWith("The signers still hold 0 ether, and spend nothing at present.", incident.Report.Detail, StringComparison.Ordinal);
        Assert.True(await world.BalanceAsync(world.Council.Address) >= 50 * Milli);

        await world.SettleAsync();
        await world.Node.SetBalanceAsync($"{world.Council.Address}", 9_000 * Milli, Cancellation);
        await world.Node.MineAsync(2, Cancellation);
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        await world.TopUpAsync();
        Assert.DoesNotContain(await world.OpenIncidentsAsync(), open => open.Report.Kind == "council_low");
    }

    [Fact]
    public async Task A_wallet_that_is_too_low_says_how_long_the_signers_last()
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 30, councilMilli: 60);
        await world.ReconcileAsync();
        await world.Engine.QuoteAsync(1, Cancellation);
        await world.Database.ExecuteAsync($"""
            insert into spend_hours select chain_id, address, date_trunc('hour', created_at), case when address = '\x{Convert.ToHexString(world.Signer.ToArray())}' then {10 * Milli} else {2 * Milli} end, 0, 0, 1000, 1, 0
            from signers
            """);

        await world.TopUpAsync();

        var incident = (await world.OpenIncidentsAsync()).Single(incident => incident.Report.Kind == "council_low");
        Assert.EndsWith(
            "The signers still hold 0.06 ether: 5 days at the present rate; the first of them is empty in 3 days.", incident.Report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_low_signer_is_told_once_however_many_transfers_it_takes_until_it_is_filled()
    {
        await using var world = await GasWorld.StartAsync(
            postgres, signerMilli: 10, change: chain => (chain.TopUps.MaxPerTransferWei, chain.TopUps.MaxPerSignerPerDayWei) = (new(UInt256.From(15 * Milli)), new(UInt256.From(20 * Milli))));
        List<string?> told = [];
        for (var i = 0; i < 5; i++)
        {
            await world.TopUpAsync();
            told.Add((await world.OpenIncidentsAsync()).SingleOrDefault(open => open.Report.Kind == "signer_low") is { } open ? $"{open.Id}" : null);
            await world.SettleAsync();
            await world.AdvanceAsync(i == 1 ? TimeSpan.FromMinutes(1) : TimeSpan.FromMinutes(11));
        }

        // 15 of 20 milliether, then the other 5 and the cap: under way, cooling down and at the cap it is one thing to hear of.
        Assert.Null(told[0]);
        Assert.NotNull(told[1]);
        Assert.All(told.Skip(2), id => Assert.Equal(told[1], id));
        (world.Chain.TopUps.MaxPerTransferWei, world.Chain.TopUps.MaxPerSignerPerDayWei) = (new(UInt256.From(500 * Milli)), new(UInt256.From(500 * Milli)));
        await world.TopUpAsync();
        await world.SettleAsync();
        await world.TopUpAsync();
        Assert.Empty(await world.OpenIncidentsAsync());
        Assert.Equal(1, await world.Database.ScalarAsync<long>("select count(*) from incidents"));
    }

    [Fact]
    public async Task What_was_said_of_a_signer_or_a_wallet_that_is_configured_no_more_is_over()
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 0, councilMilli: 50);
        await world.TopUpAsync();
        Assert.Equal(3, (await world.OpenIncidentsAsync()).Count);

        world.Chain.Signers.RemoveAt(1);
        world.Chain.Council.Key = "";
        await world.TopUpAsync(world.AddInstance());

        var incident = Assert.Single(await world.OpenIncidentsAsync());
        Assert.Equal(("signer_low", (Address?)world.Signer), (incident.Report.Kind, incident.Report.Account));
    }

    [Fact]
    public async Task The_council_key_serves_top_ups_alone_and_signers_keys_never_do()
    {
        await using var world = await GasWorld.StartAsync(postgres, signers: 2, signerMilli: 10);
        var source = world.Get<ISignerSource>();

        Assert.Equal(world.Keys.Select(key => key.Address), (await source.GetSignersAsync(world.ChainId, Cancellation)).Select(signer => signer.Address));
        Assert.DoesNotContain(world.Council.Address, (await world.Engine.QuoteAsync(21_000, Cancellation)).Signers);
        await world.TopUpAsync();
        Assert.Equal(
            [world.Council.Address.ToArray()], await world.Database.ColumnAsync<byte[]>("select distinct signer from transactions where purpose = 'top_up'"));
        Assert.DoesNotContain(world.Council.Address, (await world.Engine.QuoteAsync(21_000, Cancellation)).Signers);
    }

    [Fact]
    public async Task A_council_key_that_is_a_signers_tops_up_nobody_and_a_person_is_called()
    {
        // Two secrets may hold one key: only loading them tells.
        await using var world = await GasWorld.StartAsync(
            postgres, signerMilli: 10, change: chain => chain.Signers.Add(new SignerOptions { Key = chain.Council.Key.ToUpperInvariant().Replace("0X", "", StringComparison.Ordinal) }));

        Assert.Empty(await world.TopUpAsync());
        Assert.Contains(await world.OpenIncidentsAsync(), incident => incident.Report is { Kind: "council_is_signer", NeedsPerson: true });
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select count(*) from top_ups"));
    }

    [Fact]
    public async Task Paused_by_an_operator_nothing_is_sent()
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 10);
        var pauses = world.Get<Pauses>();
        await pauses.PauseAsync(PauseScope.TopUps, new Instruction("alice", "looking"), Cancellation);
        Assert.Empty(await world.TopUpAsync());
        await pauses.ResumeAsync(PauseScope.TopUps, new Instruction("alice", "looked"), Cancellation);
        Assert.Single(await world.TopUpAsync());
    }

    [Fact]
    public async Task A_clock_far_from_the_chain_sends_nothing()
    {
        await using var world = await GasWorld.StartAsync(postgres, signerMilli: 10);
        world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Empty(await world.TopUpAsync());
        Assert.Contains(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "clock_off");
    }
}
