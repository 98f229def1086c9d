using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Scanning;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class LogScannerTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-32005, "query returned more than 10000 results")]
    [InlineData(-32602, "query exceeds max block range 30")]
    [InlineData(-32000, "block range exceeds configured limit")]
    public async Task A_range_that_is_too_many_is_halved_and_every_event_is_taken_in_once(int code, string message)
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 300, every: 10);
        world.Refuse = range => range > 30 ? NodeStandIn.Error(code, message) : null;
        var progress = await world.ScanAsync();
        var again = await world.ScanAsync();

        Assert.Equal((30, 301L, 300L), (progress.Events, progress.NextBlock, progress.Head));
        Assert.Equal((0, 301L), (again.Events, again.NextBlock));
        Assert.Equal(Enumerable.Range(1, 30).Select(i => 10L * i), world.Kept);
    }

    [Fact]
    public async Task One_block_that_is_too_many_stops_the_scan_and_loses_nothing()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 20, every: 5);
        world.Refuse = _ => NodeStandIn.Error(-32005, "query returned more than 10000 results");
        await Assert.ThrowsAsync<ChainUnavailableException>(world.ScanAsync);
        world.Refuse = _ => null;

        Assert.Equal(4, (await world.ScanAsync()).Events);
    }

    [Fact]
    public async Task An_empty_answer_of_a_node_that_lags_moves_no_cursor()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 50, every: 10);
        await world.ScanAsync();
        world.Head = 100;
        world.Lag = 30;
        await Assert.ThrowsAsync<ChainUnavailableException>(world.ScanAsync);
        world.Lag = 0;

        Assert.Equal(5, (await world.ScanAsync()).Events);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => 10L * i), world.Kept);
    }

    [Fact]
    public async Task A_range_that_the_node_names_is_kept_to_and_not_tried_beyond_again_and_again()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 400, every: 10);
        var refused = new List<long>();
        world.Refuse = range =>
        {
            if (range <= 70)
            {
                return null;
            }

            refused.Add(range);
            return NodeStandIn.Error(-32602, $"range {range} exceeds limit of 70");
        };
        await world.ScanAsync();

        Assert.Single(refused);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => 10L * i), world.Kept);
    }

    [Fact]
    public async Task What_a_reorg_changed_is_read_again_by_its_new_hash()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 100, every: 10);
        await world.ScanAsync();
        world.ForkFrom = 90;
        world.Head = 101;
        var progress = await world.ScanAsync();

        // 90 and 100 are in other blocks now: other events, though they say the same. What is older than the margin stays.
        Assert.Equal(2, progress.Events);
        Assert.Equal([90L, 100L], world.Kept.TakeLast(2));
    }

    [Fact]
    public async Task A_death_before_the_work_is_stored_moves_no_cursor()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 40, every: 10);
        world.Dies = true;
        await Assert.ThrowsAsync<InvalidOperationException>(world.ScanAsync);
        world.Dies = false;

        Assert.Equal(4, (await world.ScanAsync()).Events);
    }

    [Fact]
    public async Task A_long_way_is_many_runs_each_of_which_tells_how_far_it_came()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 100_000, every: 1_000);
        var far = new List<long>();
        do
        {
            far.Add((await world.ScanAsync()).NextBlock);
        }
        while (far[^1] <= 100_000);

        Assert.True(far.Count > 5, string.Join(", ", far));
        Assert.Equal(far.Order(), far);
        Assert.Equal(100, world.Kept.Count);
    }

    [Fact]
    public async Task The_second_look_finds_what_the_first_did_not_see_and_begins_anew_at_its_end()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 300, every: 10);
        world.Hides = 150;
        Assert.Equal(29, (await world.ScanAsync()).Events);
        Assert.Equal(0, (await world.RecoverAsync()).Events);
        world.Hides = 0;
        var found = 0;
        for (var i = 0; i < 10 && found == 0; i++)
        {
            found += (await world.RecoverAsync()).Events;
        }

        Assert.Equal(1, found);
        Assert.Equal(150, world.Kept[^1]);
        Assert.Equal(0, (await world.ScanAsync()).Events);
    }

    [Fact]
    public async Task After_a_long_rest_what_is_read_again_is_still_known()
    {
        await using var world = await ScanWorld.StartAsync(postgres, head: 300, every: 10);
        await world.ScanAsync();
        world.Head = 300_000;
        await world.RecoverAsync();
        Assert.True((await world.ScanAsync()).Events > 0);
        Assert.Equal(world.Kept.Distinct(), world.Kept);
    }

    /// <summary>A node that tells of events in every so many blocks, and a scanner over it.</summary>
    private sealed class ScanWorld : IAsyncDisposable
    {
        private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000a1");
        private static readonly Hash32 Topic = Keccak256.Hash("event"u8);

        private readonly TestDatabase _database;
        private readonly NodeStandIn _node;
        private readonly ChainClientFactory _chains;
        private readonly LogScanner _scanner;
        private readonly int _every;
        private readonly LogScan _scan = new("test", Contract, [Topic], new ScanOptions { StartBlock = 0, ReorgBlocks = 16, MaxRange = 200, RangesPerRun = 60 });

        private ScanWorld(TestDatabase database, NodeStandIn node, int every)
        {
            (_database, _node, _every) = (database, node, every);
            var chain = new ChainOptions { ChainId = node.ChainId, RpcTimeout = TimeSpan.FromSeconds(5) };
            chain.Rpc.Add(node.Url);
            _chains = new ChainClientFactory(
                new RelayerOptions { Chains = { ["test"] = chain } }, TimeProvider.System, NullLogger<ChainClientFactory>.Instance);
            _scanner = new LogScanner(
                _chains.Get(new ChainId(node.ChainId)), new ScanStore(database.Database, TimeProvider.System), NullLogger.Instance);
            node.Answer = Answer;
        }

        public long Head { get; set; }

        /// <summary>Blocks that the node is behind what it says of its head.</summary>
        public long Lag { get; set; }

        /// <summary>Blocks from here on have other hashes than before.</summary>
        public long ForkFrom { get; set; } = long.MaxValue;

        /// <summary>A block whose event the node leaves out.</summary>
        public long Hides { get; set; }

        public bool Dies { get; set; }

        public Func<long, JsonNode?> Refuse { get; set; } = _ => null;

        public List<long> Kept { get; } = [];

        public static async Task<ScanWorld> StartAsync(PostgresFixture postgres, long head, int every) =>
            new(await TestDatabase.CreateAsync(postgres), await NodeStandIn.StartAsync(Cancellation), every) { Head = head };

        public Task<ScanProgress> ScanAsync() => _scanner.ScanAsync(_scan, KeepAsync, Cancellation);

        public Task<ScanProgress> RecoverAsync() => _scanner.RecoverAsync(_scan, KeepAsync, Cancellation);

        public async ValueTask DisposeAsync()
        {
            _chains.Dispose();
            await _node.DisposeAsync();
            await _database.DisposeAsync();
        }

        private Task<int> KeepAsync(NpgsqlConnection connection, IReadOnlyList<MinedLog> logs, CancellationToken cancellation)
        {
            if (Dies)
            {
                throw new InvalidOperationException("dead");
            }

            Kept.AddRange(logs.Select(log => log.BlockNumber));
            return Task.FromResult(logs.Count);
        }

        private JsonNode? Answer(string method, JsonElement parameters)
        {
            switch (method)
            {
                case "eth_blockNumber":
                    return NodeStandIn.Quantity(Head - Lag);
                case "eth_getBlockByNumber":
                    return new JsonObject
                    {
                        ["number"] = NodeStandIn.Quantity(Head),
                        ["hash"] = HashOf(Head),
                        ["parentHash"] = HashOf(Head - 1),
                        ["timestamp"] = NodeStandIn.Quantity(1_700_000_000 + Head),
                        ["baseFeePerGas"] = "0x1",
                    };
                case "eth_getLogs":
                    var (from, to) = (Number(parameters[0], "fromBlock"), Number(parameters[0], "toBlock"));
                    return Refuse(to - from + 1) ?? new JsonArray([.. Logs(from, Math.Min(to, Head - Lag))]);
                default:
                    return NodeStandIn.Error(-32601, "the method does not exist");
            }
        }

        private IEnumerable<JsonNode> Logs(long from, long to)
        {
            for (var block = (from + _every - 1) / _every * _every; block <= to; block += _every)
            {
                if (block == 0 || block == Hides)
                {
                    continue;
                }

                yield return new JsonObject
                {
                    ["address"] = $"{Contract}".ToLowerInvariant(),
                    ["topics"] = new JsonArray(Topic.ToString()),
                    ["data"] = "0x",
                    ["blockNumber"] = NodeStandIn.Quantity(block),
                    ["blockHash"] = HashOf(block),
                    ["transactionHash"] = HashOf(-block),
                    ["logIndex"] = "0x0",
                    ["transactionIndex"] = "0x0",
                    ["removed"] = false,
                };
            }
        }

        private string HashOf(long block) => Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{block}{(block >= ForkFrom ? "'" : "")}"))).ToString();

        private static long Number(JsonElement filter, string name) =>
            long.Parse(filter.GetProperty(name).GetString()![2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
