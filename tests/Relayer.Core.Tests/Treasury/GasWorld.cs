using System.Numerics;
using DevChain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;
using Relayer.Core.Treasury;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Tests.Treasury;

/// <summary>The parts as the app registers them, on a real chain and a real database; a clock that the test moves together with the chain's.</summary>
internal sealed class GasWorld : IAsyncDisposable
{
    public static readonly BigInteger Milli = BigInteger.Pow(10, 15);

    private readonly List<ServiceProvider> _instances = [];

    private GasWorld(AnvilNode node, TestDatabase database, Action<ChainOptions>? change, int signers, IEnumerable<Uri> rpc)
    {
        (Node, Database) = (node, database);
        Keys = [.. Enumerable.Range(0, signers).Select(_ => DevKey.Create())];
        var chain = new ChainOptions
        {
            ChainId = node.ChainId,
            RpcTimeout = TimeSpan.FromSeconds(5),
            Council = new() { Key = Council.PrivateKey },
            StandstillAfter = TimeSpan.FromDays(300), // The clock that tests move is not the chain's.
        };
        foreach (var url in rpc)
        {
            chain.Rpc.Add(url.ToString());
        }

        foreach (var key in Keys)
        {
            chain.Signers.Add(new SignerOptions { Key = key.PrivateKey });
        }

        change?.Invoke(chain);
        Options = new RelayerOptions
        {
            Environment = RelayerOptions.Development,
            Database = new() { ConnectionString = database.ConnectionString },
            Chains = { ["test"] = chain },
        };
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public AnvilNode Node { get; }

    public TestDatabase Database { get; }

    public RelayerOptions Options { get; }

    public ChainOptions Chain => Options.Chains["test"];

    public ChainId ChainId => new(Node.ChainId);

    public DevKey Council { get; } = DevKey.Create();

    public IReadOnlyList<DevKey> Keys { get; }

    public MovableTime Time { get; } = new();

    public CapturedLogs Logs { get; } = new();

    public ServiceProvider First => _instances[0];

    public ChainEngine Engine => Get<ChainEngines>().Get(ChainId);

    public Address Signer => Keys[0].Address;

    public static async Task<GasWorld> StartAsync(
        PostgresFixture postgres, int signers = 1, int signerMilli = 1_000, int councilMilli = 10_000, Action<ChainOptions>? change = null,
        AnvilOptions? anvil = null, Func<AnvilNode, Task<IEnumerable<Uri>>>? rpc = null)
    {
        var node = await AnvilNode.StartAsync(anvil, cancellation: Cancellation);
        var world = new GasWorld(node, await TestDatabase.CreateAsync(postgres), change, signers, rpc is null ? [node.Url] : await rpc(node));
        foreach (var key in world.Keys)
        {
            await node.SetBalanceAsync($"{key.Address}", signerMilli * Milli, Cancellation);
        }

        await node.SetBalanceAsync($"{world.Council.Address}", councilMilli * Milli, Cancellation);
        await node.MineAsync(2, Cancellation);
        world.AddInstance();
        return world;
    }

    /// <summary>Another instance of the program on the same chain and database.</summary>
    public ServiceProvider AddInstance(Action<IServiceCollection>? replace = null)
    {
        var services = new ServiceCollection();
        replace?.Invoke(services);
        services.AddSingleton(Options).AddSingleton<TimeProvider>(Time).AddLogging(logging => logging.AddProvider(Logs));
        services.AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddTreasury();
        services.AddSingleton<ITransactionHandler>(new RecordingPurpose());
        var instance = services.BuildServiceProvider();
        _instances.Add(instance);
        return instance;
    }

    public T Get<T>()
        where T : notnull => First.GetRequiredService<T>();

    public async Task<BalanceReading> ReadAsync()
    {
        var reading = await Get<BalanceReader>().ReadAsync(ChainId, Cancellation);
        Assert.NotNull(reading);
        return reading;
    }

    /// <summary>Reads balances and holds them against the ledger.</summary>
    /// <returns>Accounts whose books are exact.</returns>
    public async Task<int> ReconcileAsync() => (await Get<Reconciliation>().RunAsync(await ReadAsync(), Cancellation)).Exact.Count;

    public Task<IReadOnlyList<PlannedTopUp>> TopUpAsync(ServiceProvider? instance = null) =>
        (instance ?? First).GetRequiredService<TopUpService>().RunAsync(ChainId, Cancellation);

    public async Task<IReadOnlyList<Incident>> OpenIncidentsAsync() => (await Get<IncidentLog>().ReadAsync(10, Cancellation)).Open;

    /// <summary>Sends through the engine, without waiting for a block.</summary>
    public async Task<IReadOnlyList<ReservedTransaction>> SendAsync(params TransactionPlan[] plans)
    {
        await Engine.QuoteAsync(1, Cancellation);
        await using var connection = await Database.OpenAsync();
        var reserved = await Engine.ReserveAsync(connection, [.. Keys.Select(key => key.Address)], plans, Cancellation);
        Assert.Equal(plans.Length, reserved.Count);
        foreach (var item in reserved)
        {
            await Engine.SubmitAsync(item, Cancellation);
        }

        return reserved;
    }

    /// <summary>Passes and blocks until nothing is under way, and two blocks on top.</summary>
    public async Task SettleAsync()
    {
        await Waiting.UntilAsync(
            async () => await Database.ScalarAsync<long>("select count(*) from transactions where state < 4") == 0,
            async () =>
            {
                await Engine.ConfirmAsync(Cancellation);
                await Node.MineAsync(1, Cancellation);
                Time.Advance(TimeSpan.FromSeconds(1)); // What a node lost is sent again after a while.
            },
            () => "transactions are still under way");
        await Node.MineAsync(2, Cancellation);
    }

    /// <summary>Moves this program's clock and the chain's.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        await Node.IncreaseTimeAsync(by, Cancellation);
    }

    public async Task<BigInteger> BalanceAsync(Address account) => await Node.BalanceAsync($"{account}", Cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await Database.DisposeAsync();
        await Node.DisposeAsync();
    }
}
