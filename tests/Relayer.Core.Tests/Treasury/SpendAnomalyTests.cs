using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Treasury;

namespace Relayer.Core.Tests.Treasury;

/// <summary>Spending far above what the chain's busy hours took.</summary>
[Trait("needs", "services")]
public sealed class SpendAnomalyTests(PostgresFixture postgres)
{
    private static readonly BigInteger Milli = GasWorld.Milli;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spending_far_above_the_history_stops_top_ups_and_sponsorship_until_a_person_clears_it()
    {
        await using var world = await SpendingFarAboveAsync(pausesSponsorship: true);
        var (pauses, scope) = (world.Get<Pauses>(), PauseScope.SponsorshipOn(world.ChainId));

        Assert.Empty(await world.TopUpAsync());
        var incident = (await world.OpenIncidentsAsync()).Single(incident => incident.Report.Kind == "spend_anomaly");
        Assert.True(incident.Report.NeedsPerson);
        Assert.Equal("spend_anomaly", (await pauses.FindAsync(scope, Cancellation))?.By);
        Assert.Empty(await world.TopUpAsync());
        await world.Get<IncidentLog>().ResolveAsync(incident.Report.Cause, "by itself", Cancellation);
        Assert.Empty(await world.TopUpAsync());

        Assert.NotNull(await world.Get<IncidentClearing>().ClearAsync(incident.Id, new Instruction("alice", "a campaign"), Cancellation));
        Assert.Null(await pauses.FindAsync(scope, Cancellation));
        Assert.Single(await world.TopUpAsync());
        Assert.Null(await pauses.FindAsync(scope, Cancellation));
    }

    [Fact]
    public async Task What_was_spent_in_an_anomaly_does_not_raise_the_bar_for_the_next()
    {
        await using var world = await SpendingFarAboveAsync(pausesSponsorship: true);
        await world.TopUpAsync();
        var incident = (await world.OpenIncidentsAsync()).Single(incident => incident.Report.Kind == "spend_anomaly");
        await world.Get<IncidentClearing>().ClearAsync(incident.Id, new Instruction("alice", "a campaign"), Cancellation);

        // Two days later, of which each hour but two was in the anomaly and cost 51 milliether: the next such hour is as far above the usual as the first.
        await world.Database.ExecuteAsync($"""
            update incidents set opened_at = opened_at - interval '48 hours', closed_at = closed_at - interval '3 hours' where kind = 'spend_anomaly';
            insert into spend_hours select chain_id, recipient, date_trunc('hour', created_at) - n * interval '1 hour', {51 * Milli}, 0, 0, 1000, 1, 0
                from top_ups, generate_series(3, 48) n on conflict do nothing;
            update spend_hours set fee = {51 * Milli} where fee = 1000000000000000
                and hour > (select max(date_trunc('hour', created_at)) from top_ups) - interval '49 hours' and hour < (select max(date_trunc('hour', created_at)) from top_ups) - interval '2 hours';
            """);
        await world.TopUpAsync();

        Assert.Contains(await world.OpenIncidentsAsync(), open => open.Report.Kind == "spend_anomaly");
    }

    [Fact]
    public async Task An_operator_who_lets_sponsorship_go_on_is_not_overruled_and_an_operators_pause_outlasts_the_incident()
    {
        await using var world = await SpendingFarAboveAsync(pausesSponsorship: true);
        var (pauses, scope) = (world.Get<Pauses>(), PauseScope.SponsorshipOn(world.ChainId));
        await world.TopUpAsync();
        var incident = (await world.OpenIncidentsAsync()).Single(incident => incident.Report.Kind == "spend_anomaly");

        await pauses.ResumeAsync(scope, new Instruction("alice", "a campaign"), Cancellation);
        await world.TopUpAsync();
        Assert.Null(await pauses.FindAsync(scope, Cancellation));

        await pauses.PauseAsync(scope, new Instruction("bob", "looking"), Cancellation);
        await world.Get<IncidentClearing>().ClearAsync(incident.Id, new Instruction("alice", "a campaign"), Cancellation);
        Assert.Equal("bob", (await pauses.FindAsync(scope, Cancellation))?.By);
    }

    [Fact]
    public async Task Sponsorship_goes_on_through_an_anomaly_where_the_settings_say_so()
    {
        await using var world = await SpendingFarAboveAsync(pausesSponsorship: false);

        Assert.Empty(await world.TopUpAsync());
        Assert.Contains(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "spend_anomaly");
        Assert.Null(await world.Get<Pauses>().FindAsync(PauseScope.SponsorshipOn(world.ChainId), Cancellation));
    }

    private async Task<GasWorld> SpendingFarAboveAsync(bool pausesSponsorship)
    {
        var world = await GasWorld.StartAsync(postgres, signerMilli: 10, change: chain =>
            (chain.TopUps.CoolDown, chain.TopUps.AnomalyPausesSponsorship) = (TimeSpan.Zero, pausesSponsorship));
        await world.TopUpAsync();
        await world.SettleAsync();
        await world.Database.ExecuteAsync("""
            insert into spend_hours select chain_id, signer, date_trunc('hour', created_at) - n * interval '1 hour', 1000000000000000, 0, 0, 1000, 1, 0
            from top_ups join lateral (select recipient as signer) r on true, generate_series(2, 100) n
            """);
        (world.Chain.TopUps.LowMarkWei, world.Chain.TopUps.TargetWei) = (new(UInt256.From(300 * Milli)), new(UInt256.From(400 * Milli)));
        await world.Database.ExecuteAsync($"""
            insert into spend_hours select chain_id, recipient, date_trunc('hour', created_at), {51 * Milli}, 0, 0, 1000, 1, 0 from top_ups
            """);
        await world.Node.MineAsync(2, Cancellation);
        return world;
    }
}
