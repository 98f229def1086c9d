using System.Globalization;
using System.Security.Cryptography;
using DevChain.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;

namespace DevChain;

/// <summary>A real PostgreSQL server as a child process, with a cluster of its own in a temporary folder.</summary>
/// <remarks>
/// Durable as in production (fsync on). Listens on 127.0.0.1 with a random password. Gone after disposal, and shut down
/// by the system when this process dies in whatever way (Linux). Started by root it runs as <c>nobody</c>.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "relayer";

    // Recovery after a crash under load can take minutes on a machine that is busy, the more so as everybody knocks meanwhile.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _password;
    private readonly IReadOnlyList<string> _settings;
    private readonly PostgresCluster _cluster;
    private readonly Lazy<Task<string>> _migrated;
    private ChildProcess? _process;

    private PostgresServer(PostgresCluster cluster, int port, IReadOnlyList<string> settings, string password)
    {
        _cluster = cluster;
        Port = port;
        _settings = settings;
        _password = password;
        _migrated = new(MigrateAsync);
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's process id.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the server is stopped");

    /// <summary>What the server last wrote to its log.</summary>
    public string Log => _process?.Output ?? "";

    /// <summary>Makes a cluster and starts the server, installing the npm parts first when they are missing.</summary>
    /// <param name="port">A TCP port; null finds a free one.</param>
    /// <param name="settings">Server settings beside the defaults here, such as <c>max_connections=20</c>.</param>
    /// <param name="progress">Gets a line per step.</param>
    /// <param name="cancellation">Stops waiting, and what was started.</param>
    /// <exception cref="DevChainException">It does not start; the message carries what it wrote.</exception>
    public static async Task<PostgresServer> StartAsync(
        int? port = null,
        IReadOnlyList<string>? settings = null,
        Action<string>? progress = null,
        CancellationToken cancellation = default)
    {
        await NpmParts.EnsureInstalledAsync(progress, cancellation);
        progress?.Invoke("Starting PostgreSQL 18…");
        var server = new PostgresServer(
            await PostgresCluster.PrepareAsync(cancellation), port ?? FreePort.Next(), settings ?? [], Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        try
        {
            await server._cluster.InitialiseAsync(User, server._password, cancellation);
            await server.StartAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a stopped server again, with its data and at the same port.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (!FreePort.IsFree(Port))
        {
            throw new DevChainException($"port {Port}, meant for PostgreSQL, is taken");
        }

        _process = await ChildProcess.StartAsync(_cluster.Command("postgres", [.. Arguments()]) with
        {
            OnParentDeath = UnixSignal.Quit, // The server ends its own children too.
        });
        if (!await Poll.UntilAsync(() => AnswersAsync(cancellation), StartPatience, Pause, cancellation))
        {
            throw new DevChainException($"PostgreSQL does not answer at port {Port}:\n{_process.Output}");
        }
    }

    /// <summary>Shuts the server down in order: connections are cut, everything committed stays.</summary>
    public Task StopAsync() => StopAsync(UnixSignal.Interrupt);

    /// <summary>Ends the server as a crash would; the next start recovers from its log.</summary>
    public Task CrashAsync() => StopAsync(UnixSignal.Quit);

    /// <summary>Stops and starts.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await StopAsync();
        await StartAsync(cancellation);
    }

    /// <summary>Copies this server's data while it runs, into a server that is not started yet. It has the same databases, users and passwords.</summary>
    /// <param name="port">The TCP port of the other; null finds a free one.</param>
    /// <param name="isStandby">It follows this one and takes no writes before it is promoted; otherwise it begins where this one is now.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DevChainException">The data cannot be copied.</exception>
    public async Task<PostgresServer> BackUpAsync(bool isStandby, int? port = null, CancellationToken cancellation = default)
    {
        var copy = new PostgresServer(await PostgresCluster.PrepareAsync(cancellation), port ?? FreePort.Next(), _settings, _password);
        try
        {
            // The connection that begins a backup ends it: https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP.
            await using var connection = await OpenAsync(cancellation);
            await AskAsync(connection, "select pg_backup_start('copy', fast => true)", cancellation);
            await copy._cluster.CopyDataAsync(_cluster, cancellation);
            var label = (string)(await AskAsync(connection, "select labelfile from pg_backup_stop(wait_for_archive => false)", cancellation))!;
            var primary = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={Port} user={User} password={_password} application_name=standby");
            await copy._cluster.CompleteCopyAsync(_cluster, label, isStandby ? primary : null, cancellation);
            return copy;
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby take writes; it does when this returns.</summary>
    /// <exception cref="NpgsqlException">It is none, or does not answer.</exception>
    public async Task PromoteAsync(CancellationToken cancellation = default)
    {
        if (await AskAsync("select pg_promote(wait => true, wait_seconds => 60)", cancellation) is not true)
        {
            throw new DevChainException($"the standby was not promoted:\n{Log}");
        }
    }

    /// <summary>Asks the server something that is not about one database.</summary>
    /// <returns>The first column of the first row.</returns>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    public async Task<object?> AskAsync(string sql, CancellationToken cancellation = default)
    {
        await using var connection = await OpenAsync(cancellation);
        return await AskAsync(connection, sql, cancellation);
    }

    /// <summary>Makes a fresh, empty database.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateDatabaseAsync(CancellationToken cancellation = default) => CreateDatabaseAsync(null, cancellation);

    /// <summary>Makes a database that has the app's present schema: made once for this server, and copied.</summary>
    /// <returns>Its connection string.</returns>
    /// <exception cref="NpgsqlException">The server does not answer.</exception>
    public async Task<string> CreateMigratedDatabaseAsync(CancellationToken cancellation = default) =>
        await CreateDatabaseAsync(await _migrated.Value.WaitAsync(cancellation), cancellation);

    /// <summary>Makes a database.</summary>
    /// <param name="template">The connection string of one that it begins as a copy of, and that nobody is connected to; <see langword="null"/> for an empty one.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string? template, CancellationToken cancellation = default)
    {
        var name = "relayer_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        await using var connection = await OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}{(template is null ? "" : $" TEMPLATE {new NpgsqlConnectionStringBuilder(template).Database}")}";
        await command.ExecuteNonQueryAsync(cancellation);
        return Connection(name, pooling: true);
    }

    /// <summary>Shuts the server down and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(UnixSignal.Quit); // The data goes anyway.
        _cluster.Dispose();
    }

    private async Task StopAsync(UnixSignal signal)
    {
        if (_process is { } process)
        {
            _process = null;
            await process.StopAsync(signal, StopPatience);
            await process.DisposeAsync();
        }
    }

    private IEnumerable<string> Arguments() =>
    [
        "-D", _cluster.Data,
        .. _cluster.Settings(Port).Concat(_settings).SelectMany(setting => new[] { "-c", setting }),
    ];

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        if (_process!.HasExited)
        {
            throw new DevChainException($"PostgreSQL ended at once:\n{_process.Output}");
        }

        try
        {
            await using var connection = await OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException) // Not up yet, or still recovering.
        {
            return false;
        }
    }

    private async Task<string> MigrateAsync()
    {
        var database = await CreateDatabaseAsync();

        // Nobody may be connected to what is copied.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false });
        await new Migrator(source, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        return database;
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(Connection("postgres", pooling: false));
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private string Connection(string database, bool pooling) => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={Port};Username={User};Password={_password};Database={database}{(pooling ? "" : ";Pooling=false")}");
}
