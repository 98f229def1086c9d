using DevChain;
using SelfHost;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;

namespace Functions.Tests.Hosting;

[Trait("needs", "services")]
public sealed class PostgresTickGuardTests
{
    private static readonly DateTimeOffset Due = new(2026, 11, 21, 3, 29, 10, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_instances_one_gets_each_tick_and_none_goes_back()
    {
        await using var server = await PostgresServer.StartAsync(cancellation: Cancellation);
        await using var source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync(Cancellation));

        // Nobody has migrated it yet: the first tick may come before anything else.
        var guard = new PostgresTickGuard(new Database(source, new Migrator(source, NullLogger<Migrator>.Instance)));

        foreach (var due in new[] { Due, Due.AddSeconds(2) })
        {
            var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => guard.TryClaimAsync("Tick", due, Cancellation)));
            Assert.Single(claims, claimed => claimed);
        }

        Assert.False(await guard.TryClaimAsync("Tick", Due.AddSeconds(1), Cancellation));
        Assert.True(await guard.TryClaimAsync("Other", Due, Cancellation));
    }
}
