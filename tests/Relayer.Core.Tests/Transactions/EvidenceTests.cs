using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Nodes that are silent, stale or wrong about receipts: nothing ends without evidence, and everything ends once there is some.</summary>
[Trait("needs", "services")]
public sealed class EvidenceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Receipt = "eth_getTransactionReceipt";
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private NodeProxy _liar = null!;

    private static CancellationToken Cancellation => EngineWorld.Cancellation;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _liar.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_mined_is_never_given_up_while_a_node_shows_no_receipt_and_ends_with_one(bool hasSecond)
    {
        await using var world = await StartAsync(hasSecond);
        _liar.Alter(Silent(_ => true));
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(1, Cancellation);

        for (var at = TimeSpan.Zero; at < TimeSpan.FromSeconds(40); at += Step)
        {
            await PassAsync(world);
            Assert.NotEqual(7, await world.KindAsync(sent.Plan.Id));
        }

        Assert.Equal(hasSecond, await world.KindAsync(sent.Plan.Id) == 4);
        _liar.Heal();
        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
        Assert.DoesNotContain("NonceUsedExternally", await world.Database.ColumnAsync<string>("select state from told"));
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("select count(*) from displaced"));
    }

    [Fact]
    public async Task While_everybody_is_silent_about_a_receipt_a_person_is_told_once_and_that_it_is_over()
    {
        await using var world = await StartAsync(hasSecond: false);
        _liar.Alter(Silent(_ => true));
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(1, Cancellation);

        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Contains(WatchIncidents.ReceiptMissing), TimeSpan.FromSeconds(20));
        Assert.Equal(2, await world.KindAsync(sent.Plan.Id));
        Assert.Contains("Warning 219", world.Logs.Text, StringComparison.Ordinal);

        _liar.Heal();
        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Length == 0);
        Assert.Equal(4, await world.KindAsync(sent.Plan.Id));
        Assert.Equal(1L, await world.Database.ScalarAsync<long>("select count(*) from incidents"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_receipt_of_an_orphaned_block_confirms_nothing(bool hasSecond)
    {
        await using var world = await StartAsync(hasSecond);
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(1, Cancellation);
        await world.WaitForAsync(sent.Plan.Id, 3);
        var hash = Assert.Single(await world.HashesAsync(sent.Plan.Id));
        var orphan = JsonNode.Parse((await world.Node.Rpc.SendAsync(Receipt, [$"{hash}"], Cancellation)).GetRawText())!;
        _liar.Alter((method, parameters, reply) =>
        {
            if (method == Receipt && parameters[0]!.GetValue<string>() == hash.ToString())
            {
                reply["result"] = orphan.DeepClone();
            }

            return reply;
        });
        await world.Node.ReorganiseAsync(1, Cancellation);
        Assert.NotEqual(orphan["blockHash"]!.GetValue<string>(), await BlockHashAsync(world, orphan["blockNumber"]!.GetValue<string>()));

        // The chain may take it in again, since it is sent again; the orphan's receipt is shown all the same.
        for (var i = 0; i < 12; i++)
        {
            await PassAsync(world);
            Assert.True(hasSecond || await world.KindAsync(sent.Plan.Id) != 4);
        }

        if (hasSecond)
        {
            await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
        }

        _liar.Heal();
        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);
        var block = new Hash32(await world.Database.ScalarAsync<byte[]>("select block_hash from transactions"));
        var height = await world.Database.ScalarAsync<long>("select block_number from transactions");
        Assert.Equal($"{block}", await BlockHashAsync(world, NodeStandIn.Quantity(height)));
        Assert.NotEqual(orphan["blockHash"]!.GetValue<string>(), $"{block}");
    }

    [Theory]
    [InlineData("error")]
    [InlineData("member")]
    [InlineData("answer")]
    public async Task A_receipt_that_no_node_answers_well_holds_up_its_own_transaction_only(string fault)
    {
        await using var world = await StartAsync(hasSecond: false);
        var sent = await world.SendAsync(Plans.Many(2));
        var spoilt = Assert.Single(await world.HashesAsync(sent[0].Plan.Id)).ToString();
        _liar.Alter((method, parameters, reply) =>
        {
            if (method != Receipt || parameters[0]!.GetValue<string>() != spoilt)
            {
                return reply;
            }

            switch (fault)
            {
                case "error":
                    reply.Remove("result");
                    reply["error"] = new JsonObject { ["code"] = -32603, ["message"] = "internal error" };
                    return reply;
                case "member":
                    (reply["result"] as JsonObject)?.Remove("gasUsed");
                    return reply["result"] is null ? null : reply;
                default:
                    return null;
            }
        });
        await world.Node.MineAsync(1, Cancellation);
        await UntilAsync(world, async () => await world.KindAsync(sent[1].Plan.Id) == 4);

        // Whoever comes later is looked after as always, and the stages work.
        var later = Assert.Single(await world.SendAsync(Plans.Create()));
        await UntilAsync(world, async () => await world.KindAsync(later.Plan.Id) == 4);
        Assert.NotEqual(4, await world.KindAsync(sent[0].Plan.Id));
        Assert.Empty(world.Engine.FindStalled());
        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Contains(WatchIncidents.ReceiptMissing), TimeSpan.FromSeconds(20));
        Assert.Single(world.Logs.Text.Split('\n'), line => line.Contains("Warning 228", StringComparison.Ordinal));

        _liar.Heal();
        await UntilAsync(world, async () => await world.KindAsync(sent[0].Plan.Id) == 4 && (await world.OpenIncidentsAsync()).Length == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stranger_who_takes_the_nonce_is_named_even_where_one_of_two_nodes_is_silent(bool hasSecond)
    {
        await using var world = await StartAsync(hasSecond);
        if (hasSecond)
        {
            _liar.Alter(Silent(_ => true));
        }

        var lost = Assert.Single(await world.ReserveAsync(Plans.Create()));
        var other = await world.UseElsewhereAsync(world.Keys[0]);
        await world.Node.MineAsync(1, Cancellation);

        await UntilAsync(world, async () => await world.KindAsync(lost.Plan.Id) == 7);

        Assert.Equal(other, new Hash32(await world.Database.ScalarAsync<byte[]>("select by_hash from displaced")));
        Assert.Contains($"{other} in block", world.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(["NonceUsedExternally"], await world.Database.ColumnAsync<string>("select state from told"));
    }

    [Fact]
    public async Task A_nonce_that_is_spent_by_nothing_that_can_be_found_ends_nothing()
    {
        await using var world = await StartAsync(hasSecond: false);
        var open = Assert.Single(await world.ReserveAsync(Plans.Create()));
        await world.Node.SetNonceAsync($"{world.Keys[0].Address}", 1, Cancellation);

        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Contains(WatchIncidents.ReceiptMissing), TimeSpan.FromSeconds(20));

        Assert.True(await world.KindAsync(open.Plan.Id) < 3);
    }

    [Fact]
    public async Task What_was_thought_displaced_is_corrected_by_its_own_receipt()
    {
        await using var world = await StartAsync(hasSecond: false);
        _liar.Alter(Silent(_ => true));
        var sent = Assert.Single(await world.SendAsync(Plans.Create()));
        await world.Node.MineAsync(10, Cancellation);
        await PassAsync(world);
        await world.Database.ExecuteAsync($"""
            update transactions set state = 7, version = version + 1;
            insert into displaced (transaction_id, chain_id, at) select id, chain_id, '{world.Time.GetUtcNow():O}' from transactions
            """);
        _liar.Heal();

        await UntilAsync(world, async () => await world.KindAsync(sent.Plan.Id) == 4);

        Assert.True(await world.Database.ScalarAsync<bool>("select corrected_at is not null from displaced"));
        Assert.True(await world.Database.ScalarAsync<bool>("select fee > 0 from transactions"));
        Assert.Contains("Confirmed", await world.Database.ColumnAsync<string>("select state from told"));
        Assert.Contains("Error 227", world.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_that_fails_holds_up_no_other_and_is_told_after_a_minute()
    {
        await using var world = await StartAsync(hasSecond: false);
        var first = Assert.Single(await world.SendAsync(Plans.Create()));
        _liar.Refuse(Receipt);
        var left = Assert.Single(await world.ReserveAsync(Plans.Create()));

        // Signed and sent though no receipt can be read.
        await UntilAsync(world, async () => await world.KindAsync(left.Plan.Id) == 2, fails: true);
        await UntilAsync(world, async () => (await world.OpenIncidentsAsync()).Contains("watch_receipts"), TimeSpan.FromSeconds(20), fails: true);
        Assert.Contains(world.Engine.FindStalled(), stalled => stalled.Stage == WatchStage.Receipts);

        _liar.Heal();
        await UntilAsync(world, async () => await world.KindAsync(first.Plan.Id) == 4 && (await world.OpenIncidentsAsync()).Length == 0, fails: true);
        Assert.Empty(world.Engine.FindStalled());
        Assert.Equal(4, await world.KindAsync(left.Plan.Id));
    }

    private static Func<string, JsonArray, JsonObject, JsonObject?> Silent(Predicate<string> about) => (method, parameters, reply) =>
    {
        if (method == Receipt && about(parameters[0]!.GetValue<string>()))
        {
            reply["result"] = null;
        }

        return reply;
    };

    private static async Task<string> BlockHashAsync(EngineWorld world, string height) =>
        (await world.Node.Rpc.SendAsync("eth_getBlockByNumber", [height, false], Cancellation)).GetProperty("hash").GetString()!;

    private static async Task PassAsync(EngineWorld world, TimeSpan? step = null, bool fails = false)
    {
        world.Time.Advance(step ?? Step);
        try
        {
            await world.Engine.ConfirmAsync(Cancellation);
        }
        catch (Relayer.Core.Providers.ChainUnavailableException) when (fails)
        {
            // What failed first is told at the end of the pass.
        }

        await world.Node.MineAsync(1, Cancellation);
    }

    private static Task UntilAsync(EngineWorld world, Func<Task<bool>> isSo, TimeSpan? step = null, bool fails = false) =>
        world.UntilAsync(isSo, () => PassAsync(world, step, fails));

    private Task<EngineWorld> StartAsync(bool hasSecond) => EngineWorld.StartAsync(
        postgres,
        new AnvilOptions { MineOnDemand = true },
        new ChainOptions { Confirmations = 2 },
        providers: async node =>
        {
            _liar = await NodeProxy.StartAsync(node, Cancellation);
            return hasSecond ? [_liar.Url, node.ToString()] : [_liar.Url];
        });
}
