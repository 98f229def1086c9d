using System.Numerics;

namespace DevChain;

/// <summary>Everything at once: a chain with both forwarders and a target, a database, funded signers and the function app.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "A stack of services, not a collection.")]
public sealed class DevStack : IAsyncDisposable
{
    private static readonly BigInteger WeiPerEther = BigInteger.Pow(10, 18);

    private readonly DevStackOptions _options;
    private FunctionApp? _app;

    private DevStack(DevStackOptions options, AnvilNode node, PostgresServer database)
    {
        _options = options;
        Node = node;
        Postgres = database;
        Signers = [.. Enumerable.Range(0, options.Signers).Select(_ => DevKey.Create())];
    }

    /// <summary>The chain.</summary>
    public AnvilNode Node { get; }

    /// <summary>The database server.</summary>
    public PostgresServer Postgres { get; }

    /// <summary>The app's own database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>What was deployed.</summary>
    public Deployment Contracts { get; private set; } = new(default, default, default);

    /// <summary>The accounts that pay for gas.</summary>
    public IReadOnlyList<DevKey> Signers { get; }

    /// <summary>The app's settings, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>();

    /// <summary>The app.</summary>
    /// <exception cref="InvalidOperationException">The stack was started without it.</exception>
    public FunctionApp App => _app ?? throw new InvalidOperationException("the stack was started without the app");

    /// <summary>Starts all of it; what was started is stopped again when something fails.</summary>
    /// <exception cref="DevChainException">A part does not start; the message says which, and what it wrote.</exception>
    public static async Task<DevStack> StartAsync(DevStackOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DevStackOptions();
        await NpmParts.EnsureInstalledAsync(options.Progress, cancellation);
        var (node, database) = await StartPartsAsync(options, cancellation);
        var stack = new DevStack(options, node, database);
        try
        {
            await stack.PrepareAsync(cancellation);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more app on the same chain and database.</summary>
    /// <param name="settings">Settings that replace or add to <see cref="Settings"/>.</param>
    /// <param name="cancellation">Stops waiting, and the app.</param>
    public Task<FunctionApp> StartAnotherAppAsync(
        IReadOnlyDictionary<string, string>? settings = null, CancellationToken cancellation = default) =>
        FunctionApp.StartAsync(
            Merge(Settings, settings), program: _options.AppProgram, onLine: _options.AppOutput, cancellation: cancellation);

    /// <summary>Starts the app again, at the same port.</summary>
    /// <param name="settings">Settings that replace or add to <see cref="Settings"/> from now on.</param>
    /// <param name="cancellation">Stops waiting, and the app.</param>
    /// <exception cref="DevChainException">It does not start; the message says why.</exception>
    public async Task RestartAppAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellation = default)
    {
        await App.DisposeAsync();
        Settings = Merge(Settings, settings);
        _app = await FunctionApp.StartAsync(Settings, App.Port, _options.AppProgram, _options.AppOutput, cancellation);
        await _app.WaitUntilReadyAsync(cancellation);
    }

    /// <summary>Stops the app, then what it stands on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        await Postgres.DisposeAsync();
        await Node.DisposeAsync();
    }

    private static async Task<(AnvilNode Node, PostgresServer Database)> StartPartsAsync(
        DevStackOptions options, CancellationToken cancellation)
    {
        var node = AnvilNode.StartAsync(options.Anvil, options.Progress, cancellation);
        var database = PostgresServer.StartAsync(options.DatabasePort, options.DatabaseSettings, options.Progress, cancellation);
        try
        {
            await Task.WhenAll(node, database);
            return (await node, await database);
        }
        catch
        {
            await DisposeStartedAsync(node);
            await DisposeStartedAsync(database);
            throw;
        }
    }

    private static async Task DisposeStartedAsync<T>(Task<T> start)
        where T : IAsyncDisposable
    {
        if (start.IsCompletedSuccessfully)
        {
            await (await start).DisposeAsync();
        }
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        if (_options.Chain is { } chain)
        {
            await Node.LoadStateAsync(chain.State, cancellation);
        }

        Contracts = _options.Chain?.Contracts ?? await Deployment.CreateAsync(Node, _options.Progress, cancellation);
        foreach (var signer in Signers)
        {
            await Node.SetBalanceAsync(signer.Address.ToString(), _options.SignerEther * WeiPerEther, cancellation);
        }

        ConnectionString = await Postgres.CreateDatabaseAsync(cancellation);
        Settings = Merge(
            AppSettings.For(Node.ChainId, Node.Url, ConnectionString, Contracts, Signers, _options.Confirmations),
            _options.Settings);
        if (_options.StartApp)
        {
            _options.Progress?.Invoke("Starting the function app…");
            _app = await FunctionApp.StartAsync(
                Settings, _options.ApiPort, _options.AppProgram, _options.AppOutput, cancellation);
            await _app.WaitUntilReadyAsync(cancellation);
        }
    }

    private static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> usual, IReadOnlyDictionary<string, string>? special)
    {
        var merged = new Dictionary<string, string>(usual);
        foreach (var (key, value) in special ?? new Dictionary<string, string>())
        {
            merged[key] = value;
        }

        return merged;
    }
}
