using System.Text;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Providers that say different things of the same: enough of them are believed, and what was said is kept.</summary>
[Trait("needs", "services")]
public sealed class DisagreementTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Receipt = "eth_getTransactionReceipt";
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private readonly List<NodeProxy> _nodes = [];

    private static CancellationToken Cancellation => EngineWorld.Cancellation;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("status", "0x0")]
    [InlineData("gasUsed", "0xffffff")]
    [InlineData("logs", null)]
    public async Task One_of_three_that_lies_about_a_receipt_is_outvoted_kept_as_evidence_and_told(string member, string? value)
    {
        await using var world = await StartAsync(providers: 3);
        _nodes[0].Alter(Lie(member, value));
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(1, Cancellation);

        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Contains(WatchIncidents.ProvidersDisagree));

        var hash = Assert.Single(await world.HashesAsync(sent.Plan.Id));
        var honest = await world.Node.Rpc.SendAsync(Receipt, [$"{hash}"], Cancellation);
        Assert.Equal((long)JsonRpc.ToInteger(honest.GetProperty("gasUsed")), await world.Database.ScalarAsync<long>("select gas_used::bigint from transactions"));
        Assert.Equal(["Confirmed"], (await world.Database.ColumnAsync<string>("select state from told")).Where(state => state != "Mined"));
        Assert.Equal(
            3, await world.Database.ScalarAsync<long>($"select count(*) from provider_disagreements where what = 'receipt' and subject = '\\x{hash.ToString()[2..]}'"));
        Assert.Equal(
            [new Uri(_nodes[0].Url).Authority], await world.Database.ColumnAsync<string>("select operator from provider_disagreements where not believed"));
        var incident = Assert.Single((await world.Incidents.ReadAsync(0, Cancellation)).Open, one => one.Report.Kind == WatchIncidents.ProvidersDisagree);
        Assert.All(_nodes, node => Assert.Contains(new Uri(node.Url).Authority, incident.Report.Detail, StringComparison.Ordinal));

        // It is over when none has been noticed for a while.
        _nodes[0].Heal();
        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Length == 0, TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task Of_two_that_contradict_each_other_neither_ends_anything_and_both_together_do()
    {
        await using var world = await StartAsync(providers: 2);
        _nodes[0].Alter(Lie("status", "0x0"));
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(1, Cancellation);

        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Contains(WatchIncidents.ReceiptMissing), TimeSpan.FromSeconds(20));
        Assert.Equal(3, await world.KindAsync(sent.Plan.Id));
        Assert.Contains(WatchIncidents.ProvidersDisagree, await world.OpenIncidentsAsync());
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select count(*) from provider_disagreements where believed"));

        _nodes[0].Heal();
        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
        Assert.Equal(2, await world.Database.ScalarAsync<long>("select count(*) from provider_disagreements"));
    }

    [Fact]
    public async Task One_of_three_alone_ends_nothing_and_two_do()
    {
        await using var world = await StartAsync(providers: 3);
        _nodes[1].Alter(Lie(null, null));
        _nodes[2].Alter(Lie(null, null));
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(1, Cancellation);

        for (var at = TimeSpan.Zero; at < TimeSpan.FromSeconds(60); at += Step)
        {
            await PassAsync(world);
        }

        Assert.Equal(3, await world.KindAsync(sent.Plan.Id));
        _nodes[2].Heal();
        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select count(*) from provider_disagreements")); // Silence contradicts nobody.
    }

    [Fact]
    public async Task A_receipt_that_moves_from_block_to_block_does_not_hold_up_what_the_others_show()
    {
        await using var world = await StartAsync(providers: 3);
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        JsonNode head = "0x1";
        _nodes[0].Alter((method, _, reply) =>
        {
            head = method == "eth_blockNumber" ? reply["result"]!.DeepClone() : head;
            if (method == Receipt && reply["result"] is JsonObject receipt)
            {
                // As if it had only just been mined, whenever it is asked.
                (receipt["blockNumber"], receipt["blockHash"]) = (head.DeepClone(), $"{Keccak256.Hash(Encoding.ASCII.GetBytes(head.GetValue<string>()))}");
            }

            return reply;
        });
        await world.Node.MineAsync(1, Cancellation);

        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
    }

    [Fact]
    public async Task Two_moments_that_a_reorg_may_explain_are_no_trouble_however_soon_they_follow_and_one_that_goes_on_is()
    {
        await using var world = await StartAsync(providers: 1);
        world.Time.Stop();
        var log = new DisagreementLog(world.Options, world.Database.Database, world.Time, NullLogger<DisagreementLog>.Instance);
        foreach (var pause in (int[])[0, 14, 14, 2])
        {
            world.Time.Advance(TimeSpan.FromMinutes(pause));
            await log.NoteAsync(world.Chain.ChainId, [Found(1)], Cancellation);
            Assert.Null(log.FindTrouble(world.Chain.ChainId));
        }

        for (var i = 0; i < 3; i++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(30));
            await log.NoteAsync(world.Chain.ChainId, [Found(1)], Cancellation);
        }

        Assert.NotNull(log.FindTrouble(world.Chain.ChainId));
    }

    [Fact]
    public async Task What_was_kept_cannot_be_changed_and_has_an_end()
    {
        await using var world = await StartAsync(providers: 1);
        var log = new DisagreementLog(world.Options, world.Database.Database, world.Time, NullLogger<DisagreementLog>.Instance);
        for (var i = 0; i < 80; i++)
        {
            await log.NoteAsync(world.Chain.ChainId, [Found(i), Found(i)], Cancellation);
        }

        Assert.Equal(100, await CountAsync());
        world.Time.Advance(TimeSpan.FromHours(2));
        await log.NoteAsync(world.Chain.ChainId, [Found(100)], Cancellation);
        Assert.Equal(102, await CountAsync());
        await log.NoteAsync(world.Chain.ChainId, [Found(100)], Cancellation);
        Assert.Equal(102, await CountAsync());
        Assert.Equal([true, false], (await log.ListAsync(long.MaxValue, 2, Cancellation)).Select(one => one.Statement.IsBelieved).OrderDescending());

        foreach (var change in (string[])["update provider_disagreements set said = ''", "delete from provider_disagreements", "truncate provider_disagreements"])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => world.Database.ExecuteAsync(change));
            Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
        }

        Task<long> CountAsync() => world.Database.ScalarAsync<long>("select count(*) from provider_disagreements");
    }

    private static Disagreement Found(int height) => new(
        DisagreementKind.Block, default, height, [new("one", "one", new string('a', 5_000), true), new("two", "two", "b", false)]);

    /// <summary>Receipts with another member; without a name there are none.</summary>
    private static Func<string, JsonArray, JsonObject, JsonObject?> Lie(string? member, string? value) => (method, _, reply) =>
    {
        if (method == Receipt && reply["result"] is JsonObject receipt)
        {
            if (member is null)
            {
                reply["result"] = null;
            }
            else
            {
                receipt[member] = value is null ? new JsonArray(Event()) : JsonValue.Create(value);
            }
        }

        return reply;
    };

    private static JsonObject Event() => new()
    {
        ["address"] = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        ["topics"] = new JsonArray(),
        ["data"] = "0x01",
    };

    private static async Task PassAsync(EngineWorld world, TimeSpan? step = null)
    {
        world.Time.Advance(step ?? Step);
        await world.Engine.ConfirmAsync(Cancellation);
        await world.Node.MineAsync(1, Cancellation);
    }

    private static Task UntilAsync(EngineWorld world, Func<Task<bool>> isSo, TimeSpan? step = null) => world.UntilAsync(isSo, () => PassAsync(world, step));

    private Task<EngineWorld> StartAsync(int providers) => EngineWorld.StartAsync(
        postgres,
        new AnvilOptions { MineOnDemand = true },
        new ChainOptions { Confirmations = 2 },
        providers: async node =>
        {
            for (var i = 0; i < providers; i++)
            {
                _nodes.Add(await NodeProxy.StartAsync(node, Cancellation));
            }

            return [.. _nodes.Select(one => one.Url)];
        });
}
