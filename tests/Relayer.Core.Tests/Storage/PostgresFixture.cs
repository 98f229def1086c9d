using DevChain;

[assembly: AssemblyFixture(typeof(Relayer.Core.Tests.Storage.PostgresFixture))]

namespace Relayer.Core.Tests.Storage;

/// <summary>One PostgreSQL for all tests of this assembly, started by the first that asks; a database for each.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());

    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
