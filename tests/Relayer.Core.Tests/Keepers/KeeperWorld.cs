using System.Numerics;
using DevChain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Keepers;

/// <summary>A chain and a database; instances of the program with keepers on them, as the app puts them together.</summary>
internal sealed class KeeperWorld : IAsyncDisposable
{
    private readonly List<KeeperInstance> _instances = [];
    private readonly string _connection;
    private readonly NpgsqlDataSource _source;

    private KeeperWorld(AnvilNode node, string connection, int signers)
    {
        (Node, _connection, _source) = (node, connection, NpgsqlDataSource.Create(connection));
        Keys = [.. Enumerable.Range(0, signers).Select(_ => DevKey.Create())];
        Signers = new TestSigners(Keys);
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public AnvilNode Node { get; }

    public IReadOnlyList<DevKey> Keys { get; }

    public TestSigners Signers { get; }

    public MovableTime Time { get; } = new();

    public CapturedLogs Logs { get; } = new();

    public static async Task<KeeperWorld> StartAsync(PostgresFixture postgres, AnvilOptions? anvil = null, int signers = 1)
    {
        var node = await AnvilNode.StartAsync(
            anvil ?? new AnvilOptions { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true }, cancellation: Cancellation);
        var world = new KeeperWorld(node, await postgres.CreateMigratedDatabaseAsync(), signers);
        foreach (var key in world.Keys)
        {
            await node.SetBalanceAsync($"{key.Address}", BigInteger.Pow(10, 20), Cancellation);
        }

        return world;
    }

    /// <summary>One more instance of the program.</summary>
    public KeeperInstance Add(
        Action<KeepersOptions> configure, string? rpc = null, int confirmations = 0, Uri? hermes = null, Uri? circle = null,
        Action<RelayerOptions>? change = null, Action<IServiceCollection>? own = null)
    {
        var chain = new ChainOptions
        {
            ChainId = Node.ChainId,
            RpcTimeout = TimeSpan.FromSeconds(5),
            Confirmations = confirmations,
            StandstillAfter = TimeSpan.FromDays(300), // The clock that tests move is not the chain's.
        };
        chain.Rpc.Add(rpc ?? Node.Url.ToString());
        configure(chain.Keepers);
        var options = new RelayerOptions { Chains = { ["test"] = chain }, Database = { ConnectionString = _connection } };
        options.Hermes.Url = hermes?.ToString() ?? "";
        options.Circle.Url = circle?.ToString() ?? "";
        options.Hermes.Timeout = options.Circle.Timeout = TimeSpan.FromSeconds(1);
        change?.Invoke(options);
        var services = new ServiceCollection();
        own?.Invoke(services);
        services.AddSingleton(options).AddSingleton<TimeProvider>(Time).AddSingleton<ISignerSource>(Signers);
        services.AddLogging(logging => logging.AddProvider(Logs).AddFilter("Npgsql", LogLevel.Warning));
        services.AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddKeepers();
        var instance = new KeeperInstance(services.BuildServiceProvider(), new ChainId(Node.ChainId), Logs);
        _instances.Add(instance);
        return instance;
    }

    public async Task<List<T>> ColumnAsync<T>(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var values = new List<T>();
        while (await rows.ReadAsync(Cancellation))
        {
            values.Add(rows.GetFieldValue<T>(0));
        }

        return values;
    }

    public async Task<T> ScalarAsync<T>(string sql) => (await ColumnAsync<T>(sql))[0];

    /// <summary>Each decision as <c>decision:reason</c>, oldest first.</summary>
    public Task<List<string>> DecisionsAsync(string subject = "%") =>
        ColumnAsync<string>($"select decision || ':' || reason from keeper_decisions where subject like '{subject}' order by id");

    /// <summary>Every fee that the chain took from our accounts, with what was sent along, in wei.</summary>
    public async Task<BigInteger> PaidAsync()
    {
        var paid = BigInteger.Zero;
        foreach (var key in Keys)
        {
            paid += BigInteger.Pow(10, 20) - await Node.BalanceAsync($"{key.Address}", Cancellation);
        }

        return paid;
    }

    public async Task BecomesAsync(Func<Task<bool>> isSo, Func<Task>? meanwhile = null, double seconds = 90)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds)
            {
                Assert.Fail($"it does not come to be; decisions: {string.Join(", ", await DecisionsAsync())}\n{Logs.Text}");
            }

            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>Waits until nothing is under way any more.</summary>
    public Task SettledAsync() => BecomesAsync(async () => await ScalarAsync<long>("select count(*) from keeper_work where state = 1") == 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await _source.DisposeAsync();
        await Node.DisposeAsync();
    }
}

/// <summary>An instance of the program.</summary>
internal sealed class KeeperInstance(ServiceProvider services, ChainId chainId, CapturedLogs logs) : IAsyncDisposable
{
    public KeeperService Keepers { get; } = services.GetRequiredService<KeeperService>();

    public ChainEngine Engine => services.GetRequiredService<ChainEngines>().Get(chainId);

    public IChainClient Chain => services.GetRequiredService<IChainClientFactory>().Get(chainId);

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public T GetKeyed<T>(string key)
        where T : notnull => services.GetRequiredKeyedService<T>(key);

    /// <summary>One tick.</summary>
    public async Task<RunRecord> RunAsync(string keeper)
    {
        var runs = await Keepers.RunAsync(keeper, KeeperWorld.Cancellation);
        Assert.True(runs.Count == 1, $"{runs.Count} runs:\n{logs.Text}");
        return runs[0];
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
