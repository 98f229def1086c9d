using DevChain;

[assembly: AssemblyFixture(typeof(Relayer.Core.Tests.Storage.PostgresFixture))]

namespace Relayer.Core.Tests.Storage;

/// <summary>One PostgreSQL for all tests of this assembly, started by the first that asks; a database for each.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server;

    public PostgresFixture() => _server = new(() => PostgresServer.StartAsync());

    /// <summary>For a test that stops and starts its own server.</summary>
    internal PostgresFixture(PostgresServer own) => _server = new(() => Task.FromResult(own));

    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    /// <summary>A database with the present schema.</summary>
    public async Task<string> CreateMigratedDatabaseAsync() => await (await _server.Value).CreateMigratedDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
