using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using DevChain;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;
using Storms.Faults;

namespace Storms.Workloads;

/// <summary>A relayer in a storm: a database, signers and any number of instances on the shared stack.</summary>
internal sealed class RelayerUnderTest : IAsyncDisposable
{
    private const int LinesKept = 4_000;

    private readonly ConcurrentDictionary<int, FunctionApp> _apps = new();
    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _lines = new();
    private bool _hasTablespace;

    private RelayerUnderTest(
        SharedStack shared, string database, IReadOnlyList<DevKey> signers, FaultyNode? node, long firstBlock, Dictionary<string, string> settings)
    {
        (Stack, Database, Signers, Node, FirstBlock, _settings) = (shared, database, signers, node, firstBlock, settings);
        OpenZeppelin = Create("OpenZeppelin", shared.Stack.Contracts.OpenZeppelin, Deployment.OpenZeppelinName);
        Infinex = Create("Infinex", shared.Stack.Contracts.Infinex, Deployment.InfinexName);

        Forwarder Create(string dialect, Address address, string name) =>
            Forwarder.TryCreate(dialect, new ChainId(shared.Stack.Node.ChainId), address, name, Deployment.DomainVersion, out var forwarder)
                ? forwarder
                : throw new ArgumentException(dialect);
    }

    public SharedStack Stack { get; }

    /// <summary>The database as its owner sees it.</summary>
    public string Database { get; }

    public IReadOnlyList<DevKey> Signers { get; }

    /// <summary>The wallet that fills the signers, where there is one.</summary>
    public DevKey? Council { get; private init; }

    /// <summary>What others paid to signers, in wei; nothing as a rule.</summary>
    public ConcurrentDictionary<Address, BigInteger> Paid { get; } = new();

    /// <summary>Between the instances and the chain, where there is one.</summary>
    public FaultyNode? Node { get; }

    /// <summary>The chain's height when the relayer was set up: nothing of it is before.</summary>
    public long FirstBlock { get; }

    public Forwarder OpenZeppelin { get; }

    public Forwarder Infinex { get; }

    public Address Target => Stack.Stack.Contracts.Target;

    /// <summary>What every instance is given.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>The instances that run.</summary>
    public IReadOnlyList<FunctionApp> Running => [.. _apps.OrderBy(app => app.Key).Select(app => app.Value)];

    /// <summary>The instance in a place.</summary>
    public FunctionApp At(int place) => _apps[place];

    /// <summary>Whether the instance in a place lives.</summary>
    public bool IsRunning(int place) => _apps.TryGetValue(place, out var app) && app.IsRunning;

    /// <summary>The last lines of all instances, those that were killed included, for a failure's report.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Makes the database and funds the signers; no instance runs yet.</summary>
    public static async Task<RelayerUnderTest> SettleAsync(SharedStack shared, RelayerUnderTestOptions options, CancellationToken cancellation)
    {
        var stack = shared.Stack;
        DevKey[] signers = [.. options.Keys ?? Enumerable.Range(0, options.Signers).Select(_ => DevKey.Create())];
        if (options.Keys is null)
        {
            foreach (var payer in signers.Concat(options.Council is { } council ? [council] : []))
            {
                await stack.Node.SetBalanceAsync(payer.Address.ToString(), SharedStack.SignerFunds, cancellation);
            }
        }

        var database = await CreateDatabaseAsync(stack, options, cancellation);
        var node = options.Faults is { } faults ? await FaultyNode.StartAsync(stack.Node.Url, faults, cancellation) : null;
        var settings = AppSettings.For(stack.Node.ChainId, node?.Url ?? stack.Node.Url, options.Connect?.Invoke(database) ?? database, stack.Contracts, signers);
        Chain($"Policy__Targets__0__Functions__{AppSettings.AllowedFunctions.Count.ToString(CultureInfo.InvariantCulture)}", "once()");
        Chain("Policy__MinDeadline", "00:00:01");
        Chain("RpcTimeout", "00:00:02");
        if (node is not null)
        {
            Chain("Rpc__1", node.Second.ToString());
        }

        Chain("MaxInFlightPerSigner", "64");
        Chain("Fees__BumpAfter", "00:00:03");
        Chain("Fees__BumpEvery", "00:00:02");
        settings["Logging__LogLevel__Default"] = "Warning";
        foreach (var (key, value) in options.Settings)
        {
            settings[key] = value;
        }

        return new RelayerUnderTest(shared, database, signers, node, options.FirstBlock ?? await stack.Node.BlockNumberAsync(cancellation), settings)
        {
            Council = options.Council,
            _hasTablespace = options.Tablespace is not null,
        };

        void Chain(string key, string value) => settings[$"Chains__{AppSettings.ChainName}__{key}"] = value;
    }

    /// <summary>Starts an instance in a place, or starts the one there anew.</summary>
    /// <param name="place">Which of the instances.</param>
    /// <param name="crash">Where it is to die, if anywhere.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <param name="program">Which program; null for the one that is built here.</param>
    /// <param name="special">Settings of this instance alone.</param>
    /// <returns>False when it died before it was healthy, as it may at a crash point.</returns>
    public async Task<bool> StartAsync(
        int place, Crash? crash, CancellationToken cancellation, string? program = null, IReadOnlyDictionary<string, string>? special = null)
    {
        var settings = new Dictionary<string, string>(_settings);
        foreach (var (key, value) in special ?? new Dictionary<string, string>())
        {
            settings[key] = value;
        }

        if (crash is not null)
        {
            settings["CrashPoints__At"] = crash.Point;
            settings["CrashPoints__Occurrence"] = crash.Occurrence.ToString(CultureInfo.InvariantCulture);
        }

        try
        {
            _apps[place] = await FunctionApp.StartAsync(settings, program: program, onLine: line => Note($"[{place}] {line}"), cancellation: cancellation);
            return true;
        }
        catch (DevChainException killed) when (crash is not null && killed.Message.Contains("ended with code 137", StringComparison.Ordinal))
        {
            return false;
        }
    }

    /// <summary>Kills the instance in a place, in the middle of whatever it does.</summary>
    public async Task KillAsync(int place)
    {
        if (_apps.TryRemove(place, out var app))
        {
            await app.KillAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>Takes the instance in a place out of service and asks it to end (SIGTERM).</summary>
    /// <returns>False when it had to be killed.</returns>
    public async Task<bool> StopAsync(int place)
    {
        if (!_apps.TryRemove(place, out var app))
        {
            return true;
        }

        var hasEnded = await app.StopAsync();
        await app.DisposeAsync();
        return hasEnded;
    }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private void Note(string line)
    {
        _lines.Enqueue(line);
        while (_lines.Count > LinesKept)
        {
            _lines.TryDequeue(out _);
        }
    }

    private static async Task<string> CreateDatabaseAsync(DevStack stack, RelayerUnderTestOptions options, CancellationToken cancellation)
    {
        if (options.Database is { } given)
        {
            return given;
        }

        var database = options.IsMigrated
            ? await stack.Postgres.CreateMigratedDatabaseAsync(cancellation)
            : await stack.Postgres.CreateDatabaseAsync(options.Template, cancellation);
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        if (options.Tablespace is { } folder)
        {
            await ExecuteAsync(database, $"create tablespace {name} location '{folder}'", cancellation);
            await ExecuteAsync(database, $"alter database {name} set default_tablespace = {name}", cancellation);
        }

        if (options.Owner is { } owner)
        {
            await ExecuteAsync(database, $"alter database {name} owner to {owner}", cancellation);
        }

        return database;
    }

    /// <summary>The disk goes, and the server must not look for its files.</summary>
    private async Task DropAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(Database);
        var name = connection.Database;
        connection.Database = "postgres";
        await ExecuteAsync(connection.ConnectionString, $"drop database {name} with (force)", CancellationToken.None);
        await ExecuteAsync(connection.ConnectionString, $"drop tablespace {name}", CancellationToken.None);
    }

    private static async Task ExecuteAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        // What is left to do is nobody's concern any more.
        await Task.WhenAll(_apps.Keys.Select(KillAsync));
        if (_hasTablespace)
        {
            await DropAsync();
        }

        if (Node is not null)
        {
            await Node.DisposeAsync();
        }
    }
}

/// <summary>What a relayer under test is made of.</summary>
internal sealed record RelayerUnderTestOptions
{
    public int Signers { get; init; } = 3;

    /// <summary>The wallet that fills the signers; it is given as much as a signer. The settings are the caller's.</summary>
    public DevKey? Council { get; init; }

    /// <summary>Signers that are there already and have what they have; null for new ones.</summary>
    public IReadOnlyList<DevKey>? Keys { get; init; }

    /// <summary>The height at which a relayer that exists already was set up.</summary>
    public long? FirstBlock { get; init; }

    /// <summary>The role that owns the database; null for the server's own.</summary>
    public string? Owner { get; init; }

    /// <summary>The connection string of the database; null for one of its own on the shared server.</summary>
    public string? Database { get; init; }

    /// <summary>The database has the present schema before an instance starts.</summary>
    public bool IsMigrated { get; init; }

    /// <summary>The connection string of a database that this one begins as a copy of; null for an empty one.</summary>
    public string? Template { get; init; }

    /// <summary>The folder that the database's tables are kept in; null for the server's own.</summary>
    public string? Tablespace { get; init; }

    /// <summary>With it the instances see the chain through a <see cref="FaultyNode"/>.</summary>
    public FaultSchedule? Faults { get; init; }

    /// <summary>From the owner's connection string to the one that the instances use.</summary>
    public Func<string, string>? Connect { get; init; }

    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>A named place where an instance dies, and at which time it gets there.</summary>
internal sealed record Crash(string Point, int Occurrence);
