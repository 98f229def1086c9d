using System.Text;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Tests.Storage;
using RelayerWebhook;

namespace Relayer.Core.Tests.Incidents;

[Trait("needs", "services")]
public sealed class IncidentTests(PostgresFixture postgres)
{
    private const string Key = "a shared secret of more than 32 characters";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task There_is_one_open_incident_for_each_cause_however_often_and_by_whomever_it_is_reported()
    {
        await using var world = await World.StartAsync(postgres);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.Log.RaiseAsync(Report(), Cancellation)));
        await world.Log.RaiseAsync(Report() with { ChainId = new ChainId(2) }, Cancellation);

        Assert.Equal(2, (await world.Log.ReadAsync(10, Cancellation)).Open.Count);
        Assert.Equal(2, await world.Database.ScalarAsync<long>("select count(*) from alerts"));
    }

    [Fact]
    public async Task It_closes_when_its_cause_is_gone_and_a_new_one_opens_when_it_returns()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report(), Cancellation);
        await world.Log.ResolveAsync(Report().Cause, "it is well", Cancellation);
        await world.Log.ResolveAsync(Report().Cause, "it is well", Cancellation);
        await world.Log.RaiseAsync(Report(), Cancellation);

        var (open, closed) = await world.Log.ReadAsync(10, Cancellation);
        Assert.NotEqual(Assert.Single(open).Id, Assert.Single(closed).Id);
        Assert.Equal(("it is well", null), (closed[0].ClosedWhy, closed[0].ClosedBy));
        Assert.Equal(["opened", "closed", "opened"], await world.Database.ColumnAsync<string>("select event from alerts order by id"));
    }

    [Fact]
    public async Task What_needs_a_person_is_closed_by_a_person_once()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report() with { NeedsPerson = true }, Cancellation);
        await world.Log.ResolveAsync(Report().Cause, "it is well", Cancellation);
        var open = Assert.Single((await world.Log.ReadAsync(10, Cancellation)).Open);

        var cleared = await world.Log.ClearAsync(open.Id, "alice", "I looked", Cancellation);

        Assert.Equal(("alice", "I looked"), (cleared?.ClosedBy, cleared?.ClosedWhy));
        Assert.Null(await world.Log.ClearAsync(open.Id, "bob", "me too", Cancellation));
        Assert.Equal("alice", (await world.Log.ReadAsync(10, Cancellation)).Closed[0].ClosedBy);
    }

    [Fact]
    public async Task It_is_told_again_when_it_gets_worse_at_once_and_when_details_change_after_a_while()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report(), Cancellation);
        await world.Log.RaiseAsync(Report() with { Detail = "2 ether" }, Cancellation);
        await world.Log.RaiseAsync(Report() with { Severity = IncidentSeverity.Critical }, Cancellation);
        world.Time.Advance(TimeSpan.FromMinutes(61));
        await world.Log.RaiseAsync(Report() with { Severity = IncidentSeverity.Critical }, Cancellation);
        await world.Log.RaiseAsync(Report() with { Severity = IncidentSeverity.Critical, Detail = "3 ether" }, Cancellation);

        Assert.Equal(["opened", "updated", "updated"], await world.Database.ColumnAsync<string>("select event from alerts order by id"));
    }

    [Fact]
    public async Task Alerts_arrive_signed_in_order_and_are_tried_again_with_growing_pauses()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report(), Cancellation);
        await world.Log.ResolveAsync(Report().Cause, "it is well", Cancellation);
        world.Status = 500;
        Assert.Equal(0, await world.Alerts.DeliverAsync(Cancellation));
        Assert.Equal(0, await world.Alerts.DeliverAsync(Cancellation)); // Not yet again.
        Assert.Single(world.Received);
        world.Status = 204;
        world.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(2, await world.Alerts.DeliverAsync(Cancellation));
        Assert.Equal(0, await world.Alerts.DeliverAsync(Cancellation));

        Assert.Equal(["opened", "opened", "closed"], world.Received.Select(item => (string?)JsonNode.Parse(item.Body)!["event"]));
        Assert.Equal(world.Received[0].Body, world.Received[1].Body);
        Assert.Equal(world.Received[0].Delivery, world.Received[1].Delivery);
        var incident = JsonNode.Parse(world.Received[0].Body)!["incident"]!;
        Assert.Equal(("council_low", "warning", 1L), ((string?)incident["kind"], (string?)incident["severity"], (long)incident["chainId"]!));
        Assert.Equal(TimeSpan.FromSeconds(40), AlertService.Pauses.After(3));
        Assert.Equal(TimeSpan.FromHours(1), AlertService.Pauses.After(60));
    }

    [Fact]
    public async Task An_alert_that_is_not_taken_holds_back_what_follows_of_its_incident_and_nobody_elses()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report(), Cancellation);
        world.Status = 500;
        Assert.Equal(0, await world.Alerts.DeliverAsync(Cancellation));
        world.Status = 204;
        await world.Log.ResolveAsync(Report().Cause, "it is well", Cancellation);
        await world.Log.RaiseAsync(Report() with { ChainId = new ChainId(2) }, Cancellation);

        Assert.Equal(1, await world.Alerts.DeliverAsync(Cancellation));
        world.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(2, await world.Alerts.DeliverAsync(Cancellation));

        Assert.Equal(
            ["1 opened", "2 opened", "1 opened", "1 closed"],
            world.Received.Select(item => JsonNode.Parse(item.Body)!).Select(body => $"{body["incident"]!["chainId"]} {body["event"]}"));
    }

    [Fact]
    public async Task While_the_webhook_is_away_one_alert_at_a_time_tries_it_and_one_incident_says_so_until_all_are_delivered()
    {
        await using var world = await World.StartAsync(postgres);
        for (var i = 1; i <= 40; i++)
        {
            await world.Log.RaiseAsync(Report() with { ChainId = new ChainId(i) }, Cancellation);
        }

        world.Status = 503;
        var minutes = 30;
        for (var tick = 0; tick < minutes * 6; tick++)
        {
            await world.Alerts.DeliverAsync(Cancellation);
            world.Time.Advance(TimeSpan.FromSeconds(10));
        }

        // Two at once, then after 5, 10, 20, 40, 80, 160 seconds and every five minutes, as far as ticks of ten seconds tell them apart.
        Assert.InRange(world.Received.Count, 8, 14);
        var incident = Assert.Single((await world.Log.ReadAsync(10, Cancellation)).Open, open => open.Report.Kind == "webhook_failing").Report;
        Assert.Contains("it answered 503", incident.Detail, StringComparison.Ordinal);

        world.Status = 200;
        world.Received.Clear();
        for (var tick = 0; tick < 400 && await world.Database.ScalarAsync<long>("select count(*) from alerts where delivered_at is null") > 0; tick++)
        {
            await world.Alerts.DeliverAsync(Cancellation);
            world.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(42, world.Received.Select(item => item.Delivery).Distinct().Count()); // With the incident's own beginning and end.
        Assert.DoesNotContain((await world.Log.ReadAsync(10, Cancellation)).Open, open => open.Report.Kind == "webhook_failing");
    }

    [Fact]
    public async Task One_alert_that_the_webhook_refuses_for_what_it_says_does_not_hold_back_the_others()
    {
        await using var world = await World.StartAsync(postgres);
        for (var i = 1; i <= 5; i++)
        {
            await world.Log.RaiseAsync(Report() with { ChainId = new ChainId(i) }, Cancellation);
        }

        world.Status = 422;
        await world.Alerts.DeliverAsync(Cancellation);

        Assert.Equal(5, world.Received.Count);
    }

    [Fact]
    public async Task The_key_comes_out_of_the_vault_and_until_it_is_there_and_long_enough_nothing_is_sent_nor_lost()
    {
        await using var world = await World.StartAsync(postgres);
        world.SignWithSecret("webhook");
        await world.Log.RaiseAsync(Report(), Cancellation);
        Assert.Equal(0, await world.Alerts.DeliverAsync(Cancellation));
        Assert.Equal("has no key available (secret webhook: the vault has none)", await world.Database.ScalarAsync<string>("select last_error from alerts"));
        world.Secrets.Holds["webhook"] = "short";
        world.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, await world.Alerts.DeliverAsync(Cancellation));
        Assert.Equal("has a key of fewer than 32 characters", await world.Database.ScalarAsync<string>("select last_error from alerts"));
        Assert.Empty(world.Received);
        world.Secrets.Holds["webhook"] = Key;
        world.Time.Advance(TimeSpan.FromSeconds(21));

        Assert.Equal(1, await world.Alerts.DeliverAsync(Cancellation));

        var (_, timestamp, signature, body) = Assert.Single(world.Received);
        Assert.True(new WebhookVerifier(Key, world.Time).Accept(timestamp, signature, Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public async Task Two_instances_deliver_each_alert_once()
    {
        await using var world = await World.StartAsync(postgres);
        for (var i = 1; i <= 10; i++)
        {
            await world.Log.RaiseAsync(Report() with { ChainId = new ChainId(i) }, Cancellation);
        }

        using var other = world.AddInstance();
        var delivered = await Task.WhenAll(world.Alerts.DeliverAsync(Cancellation), other.DeliverAsync(Cancellation));

        Assert.Equal(10, delivered.Sum());
        Assert.Equal(10, world.Received.Select(item => item.Delivery).Distinct().Count());
        Assert.Equal(10, world.Received.Count);
    }

    [Fact]
    public async Task What_is_never_taken_is_given_up()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report(), Cancellation);
        world.Status = 410;
        await world.Alerts.DeliverAsync(Cancellation);
        world.Time.Advance(TimeSpan.FromDays(4));
        await world.Alerts.DeliverAsync(Cancellation);
        world.Time.Advance(TimeSpan.FromDays(4));
        await world.Alerts.DeliverAsync(Cancellation);

        Assert.Equal(2, world.Received.Count);
        Assert.Equal("answered 410", await world.Database.ScalarAsync<string>("select last_error from alerts where next_try_at is null"));
    }

    [Fact]
    public async Task The_sample_receiver_believes_the_relayer_once_and_nobody_else()
    {
        await using var world = await World.StartAsync(postgres);
        await world.Log.RaiseAsync(Report(), Cancellation);
        await world.Alerts.DeliverAsync(Cancellation);
        var (delivery, timestamp, signature, body) = world.Received[0];
        var bytes = Encoding.UTF8.GetBytes(body);

        Assert.True(new WebhookVerifier(Key, world.Time).Accept(timestamp, signature, bytes));
        Assert.False(new WebhookVerifier(Key + "!", world.Time).Accept(timestamp, signature, bytes));
        Assert.False(new WebhookVerifier(Key, world.Time).Accept(timestamp, signature, [.. bytes, 32]));
        Assert.False(new WebhookVerifier(Key, world.Time).Accept($"{long.Parse(timestamp, null) + 1}", signature, bytes));
        var receiver = new WebhookVerifier(Key, world.Time);
        Assert.True(receiver.Accept(timestamp, signature, bytes));
        Assert.False(receiver.Accept(timestamp, signature, bytes)); // Played again.

        // Nobody but the relayer gives it another number: it is in what is signed, and the one of the header.
        Assert.Equal(delivery, $"{JsonNode.Parse(body)!["delivery"]}");
        Assert.False(new WebhookVerifier(Key, world.Time).Accept(
            timestamp, signature, Encoding.UTF8.GetBytes(body.Replace($"\"delivery\":{delivery},", "\"delivery\":99,", StringComparison.Ordinal))));
        world.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.False(new WebhookVerifier(Key, world.Time).Accept(timestamp, signature, bytes));
    }

    private static IncidentReport Report() =>
        new("council_low", IncidentSeverity.Warning, new ChainId(1), null, "The wallet is low", "1 ether is missing");

    /// <summary>What the vault's client makes of it has tests of its own.</summary>
    private sealed class Vault : ISecretSource
    {
        public Dictionary<string, string> Holds { get; } = [];

        public ValueTask<string> GetAsync(string name, CancellationToken cancellation) =>
            Holds.TryGetValue(name, out var held) ? new(held) : throw new SecretUnavailableException($"secret {name}: the vault has none");
    }

    /// <summary>A receiver on a real socket.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly LoopbackServer _receiver;
        private readonly RelayerOptions _options;

        private World(TestDatabase database)
        {
            (Database, _receiver) = (database, new LoopbackServer(ReceiveAsync));
            _options = new RelayerOptions { Alerts = new() { Key = Key } };
            Log = new IncidentLog(database.Database, _options, Time);
            Alerts = null!;
        }

        public TestDatabase Database { get; }

        public MovableTime Time { get; } = new();

        public IncidentLog Log { get; }

        public AlertService Alerts { get; private set; }

        public int Status { get; set; } = 200;

        /// <summary>The vault, where the key comes out of one.</summary>
        public Vault Secrets { get; } = new();

        public void SignWithSecret(string name) => (_options.Alerts.Secret, _options.Alerts.Key) = (name, "");

        public List<(string Delivery, string Timestamp, string Signature, string Body)> Received { get; } = [];

        public static async Task<World> StartAsync(PostgresFixture postgres)
        {
            var world = new World(await TestDatabase.CreateAsync(postgres));
            await world._receiver.StartAsync(Cancellation);
            world._options.Alerts.WebhookUrl = world._receiver.Url;
            world.Alerts = world.AddInstance();
            return world;
        }

        public AlertService AddInstance() => new(_options, Secrets, Database.Database, Log, Time, NullLogger<AlertService>.Instance);

        public async ValueTask DisposeAsync()
        {
            Alerts.Dispose();
            await _receiver.DisposeAsync();
            await Database.DisposeAsync();
        }

        private async Task ReceiveAsync(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            var headers = context.Request.Headers;
            lock (Received)
            {
                Received.Add(($"{headers["x-relayer-delivery"]}", $"{headers["x-relayer-timestamp"]}", $"{headers["x-relayer-signature"]}", body));
            }

            context.Response.StatusCode = Status;
        }
    }
}
