using DevChain;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Engines on a real chain and a real database; a clock that the test moves.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    private readonly List<ChainEngines> _engines = [];
    private readonly RelayerOptions _options;

    private EngineWorld(AnvilNode node, TestDatabase database, ChainOptions chain, int signers, IReadOnlyList<string> providers)
    {
        (Node, Database) = (node, database);
        chain.ChainId = node.ChainId;
        chain.RpcTimeout = TimeSpan.FromSeconds(20);

        // The clock that tests move is not the chain's: whether it stands still is a matter of its own.
        chain.StandstillAfter ??= TimeSpan.FromDays(300);
        foreach (var url in providers)
        {
            chain.Rpc.Add(url);
        }

        _options = new RelayerOptions { Chains = { ["test"] = chain } };
        Chains = new ChainClientFactory(_options, TimeProvider.System, new Logger<ChainClientFactory>(Logs));
        Keys = [.. Enumerable.Range(0, signers).Select(_ => DevKey.Create())];
        Signers = new TestSigners(Keys);
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public RelayerOptions Options => _options;

    public AnvilNode Node { get; }

    public TestDatabase Database { get; }

    public ChainClientFactory Chains { get; }

    public IReadOnlyList<DevKey> Keys { get; }

    public TestSigners Signers { get; }

    public MovableTime Time { get; } = new();

    public CapturedLogs Logs { get; } = new();

    public RecordingPurpose Purpose { get; } = new();

    public IncidentLog Incidents => new(Database.Database, _options, Time);

    public IChainClient Chain => Chains.Get(new ChainId(Node.ChainId));

    public ChainEngine Engine { get; private set; } = null!;

    public ChainEngines Engines => _engines[^1];

    public static async Task<EngineWorld> StartAsync(
        PostgresFixture postgres, AnvilOptions? anvil = null, ChainOptions? chain = null, int signers = 1, ulong ether = 10,
        Func<Uri, Task<IReadOnlyList<string>>>? providers = null)
    {
        var node = await AnvilNode.StartAsync(anvil, cancellation: Cancellation);
        var urls = providers is null ? [node.Url.ToString()] : await providers(node.Url);
        var world = new EngineWorld(node, await TestDatabase.CreateAsync(postgres), chain ?? new ChainOptions(), signers, urls);
        foreach (var key in world.Keys)
        {
            await node.SetBalanceAsync($"{key.Address}", new Wei((UInt128)ether * 1_000_000_000_000_000_000).ToBigInteger(), Cancellation);
        }

        world.Engine = world.AddInstance();
        return world;
    }

    /// <summary>Another instance of the program on the same chain and database.</summary>
    public ChainEngine AddInstance()
    {
        var engines = new ChainEngines(
            _options, Chains, Signers, Database.Database, new Lazy<IEnumerable<ITransactionHandler>>(() => [Purpose]), Time, new LoggerFactory([Logs]),
            incidents: Incidents);
        _engines.Add(engines);
        return engines.Get(new ChainId(Node.ChainId));
    }

    /// <summary>Every instance ends, and one takes their place that knows only the database.</summary>
    public async Task RestartAsync()
    {
        foreach (var engines in _engines)
        {
            await engines.DisposeAsync();
        }

        Engine = AddInstance();
    }

    /// <summary>Takes nonces and commits; nothing more, as if the process had ended there.</summary>
    public async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(params TransactionPlan[] plans)
    {
        var quote = await Engine.QuoteAsync(1, Cancellation);
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var reserved = await Engine.ReserveAsync(connection, quote.Signers, plans, Cancellation);
        await transaction.CommitAsync(Cancellation);
        return reserved;
    }

    /// <summary>Reserves and submits.</summary>
    public async Task<IReadOnlyList<ReservedTransaction>> SendAsync(params TransactionPlan[] plans)
    {
        var reserved = await ReserveAsync(plans);
        Assert.Equal(plans.Length, reserved.Count);
        await Task.WhenAll(reserved.Select(item => Engine.SubmitAsync(item, Cancellation)));
        return reserved;
    }

    /// <summary>
    /// Moves the clock once no pass is under way that began before what the test did last: such a pass would judge by the new time what it
    /// read at the old one.
    /// </summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await Engine.ConfirmAsync(Cancellation);
        Time.Advance(by);
    }

    /// <summary>Waits until a transaction's column of the kind is one of those given; 4 is confirmed, and so on.</summary>
    public Task WaitForAsync(Guid id, params short[] kinds) => UntilAsync(id, kinds, () => Task.CompletedTask);

    /// <summary>The same, with a pass and a block in between: for what no watch of this process looks after.</summary>
    public Task PassUntilAsync(Guid id, params short[] kinds) => UntilAsync(id, kinds, async () =>
    {
        await Engine.ConfirmAsync(Cancellation);
        await Node.MineAsync(1, Cancellation);
    });

    /// <summary>Waits for something else than one transaction's state.</summary>
    public Task UntilAsync(Func<Task<bool>> isSo, Func<Task> meanwhile) => Waiting.UntilAsync(isSo, meanwhile, () => Logs.Text);

    private Task UntilAsync(Guid id, short[] kinds, Func<Task> meanwhile)
    {
        short kind = 0;
        return Waiting.UntilAsync(
            async () => Array.IndexOf(kinds, kind = await KindAsync(id)) >= 0,
            meanwhile,
            () => $"the state is {kind}, not {string.Join(" or ", kinds)}:\n{Logs.Text}");
    }

    /// <summary>Somebody else has a signer's key and sends with its next nonce, as the node knows it.</summary>
    /// <returns>The transaction's hash.</returns>
    public async Task<Hash32> UseElsewhereAsync(DevKey key)
    {
        var nonce = (ulong)await Node.PendingNonceAsync($"{key.Address}", Cancellation);
        var unsigned = new UnsignedTransaction(
            new ChainId(Node.ChainId), nonce, Plans.Nobody, new Wei(1), 21_000, ReadOnlyMemory<byte>.Empty,
            new TransactionFees.Dynamic(Wei.FromGwei(1_000), Wei.FromGwei(1_000)));
        var signer = (await Signers.FindAsync(unsigned.ChainId, key.Address, Cancellation))!;
        var raw = unsigned.Encode(await signer.SignAsync(unsigned.SigningDigest(), Cancellation));
        await Node.Rpc.SendAsync("eth_sendRawTransaction", [Hex.Encode(raw)], Cancellation);
        return Keccak256.Hash(raw);
    }

    /// <summary>The kinds of the incidents that are open.</summary>
    public async Task<string[]> OpenIncidentsAsync() => [.. (await Incidents.ReadAsync(0, Cancellation)).Open.Select(incident => incident.Report.Kind)];

    public Task<short> KindAsync(Guid id) => Database.ScalarAsync<short>($"select state from transactions where id = '{id}'");

    public async Task<List<Hash32>> HashesAsync(Guid id) =>
        (await Database.ColumnAsync<byte[]>($"select hash from attempts where transaction_id = '{id}' order by number"))
        .ConvertAll(hash => new Hash32(hash));

    public async Task<bool> IsKnownToNodeAsync(Hash32 hash) =>
        (await Node.Rpc.SendAsync("eth_getTransactionByHash", [$"{hash}"], Cancellation)).ValueKind == System.Text.Json.JsonValueKind.Object;

    public async Task PutAsync(Address account, string code) => await Node.SetCodeAsync($"{account}", code, Cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var engines in _engines)
        {
            await engines.DisposeAsync();
        }

        Chains.Dispose();
        await Database.DisposeAsync();
        await Node.DisposeAsync();
    }
}

/// <summary>Keys in memory; each can be taken away for a while.</summary>
internal sealed class TestSigners(IReadOnlyList<DevKey> keys) : ISignerSource
{
    private readonly List<ISigner> _signers = [.. keys.Select(key => new LocalSigner(KeyMaterial.TryRead(key.PrivateKey)!))];

    public HashSet<Address> Missing { get; } = [];

    public ValueTask<IReadOnlyList<ISigner>> GetSignersAsync(ChainId chainId, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<ISigner>>(_signers);

    public ValueTask<ISigner?> FindAsync(ChainId chainId, Address address, CancellationToken cancellation) =>
        ValueTask.FromResult(Missing.Contains(address) ? null : _signers.Find(signer => signer.Address == address));
}

/// <summary>A feature that writes down what it is told, in the engine's transaction.</summary>
internal sealed class RecordingPurpose : ITransactionHandler
{
    public string Name => Plans.Purpose;

    public bool IsTimedByChain { get; set; }

    /// <summary>Fails the write of whatever it is true for.</summary>
    public Func<StateChange, bool> Fails { get; set; } = _ => false;

    public Task<Func<NpgsqlConnection, CancellationToken, Task>> PrepareAsync(
        ChainId chainId, IReadOnlyList<StateChange> changes, CancellationToken cancellation) =>
        Task.FromResult<Func<NpgsqlConnection, CancellationToken, Task>>(async (connection, token) =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "create table if not exists told (id uuid, state text)";
            await command.ExecuteNonQueryAsync(token);
            foreach (var change in changes)
            {
                if (Fails(change))
                {
                    throw new InvalidOperationException("an outcome that cannot be written");
                }

                command.CommandText = $"insert into told values ('{change.Transaction.Id}', '{change.State.GetType().Name}')";
                await command.ExecuteNonQueryAsync(token);
            }
        });
}
