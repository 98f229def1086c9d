using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class KeeperRunnerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_run_that_met_what_nobody_foresaw_is_on_record_as_failed()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        await world.CommitAsync(1, 1, 2100);
        await world.RunUntilAsync(app, "found:found");
        Assert.Equal("done", await world.ScalarAsync<string>("select last_outcome from keepers"));

        await world.ColumnAsync<int>("update keeper_work set details = 'junk' returning 1");
        await world.OpenAsync();
        Assert.Empty(await app.Keepers.RunAsync(KeeperNames.Settlement, KeeperWorld.Cancellation));

        Assert.Equal("failed", await world.ScalarAsync<string>("select last_outcome from keepers"));
        Assert.Equal("JsonException", await world.ScalarAsync<string>("select detail from keeper_runs where outcome = 'failed'"));
        Assert.Contains("Error 402", world.Keepers.Logs.Text, StringComparison.Ordinal);
    }
}
