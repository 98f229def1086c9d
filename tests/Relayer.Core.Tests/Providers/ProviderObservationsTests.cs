using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Providers;

[Trait("needs", "services")]
public sealed class ProviderObservationsTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_seen_of_each_provider_is_written_with_where_from_listed_and_removed_when_it_is_old()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await using var lagging = await NodeStandIn.StartAsync(Cancellation);
        await using var healthy = await NodeStandIn.StartAsync(Cancellation);
        (lagging.Head, healthy.Head) = (90, 100);
        await using var down = await NodeStandIn.StartAsync(Cancellation);
        await down.DisposeAsync();
        var time = new MovableTime();
        using var west = Observer("west", out var fromWest);
        using var east = Observer("east", out var fromEast);

        Assert.Equal(3, await fromWest.RecordAsync(Cancellation));
        time.Advance(TimeSpan.FromMinutes(1));
        lagging.Head = 100;
        Assert.Equal(3, await fromWest.RecordAsync(Cancellation));
        Assert.Equal(3, await fromEast.RecordAsync(Cancellation));

        var newest = await fromEast.ReadNewestAsync(100, Cancellation);
        Assert.Equal(6, newest.Count);
        Assert.Equal(["east", "west"], newest.Select(seen => seen.From).Distinct().Order());
        var seen = newest.Single(seen => seen.From == "west" && seen.Report.Name == new Uri(lagging.Url).Authority);
        Assert.Equal((ProviderState.Healthy, 100, 0, 31337), (seen.Report.State, seen.Report.Head, seen.Report.Lag, seen.Chain.Value));
        Assert.True(seen.Report.Latency > TimeSpan.Zero);
        Assert.Contains(newest, seen => seen.Report is { State: ProviderState.Failing, Head: null, Latency: null });
        Assert.Equal(9, await database.ScalarAsync<long>("select count(*) from provider_observations"));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from provider_observations where state = 'Lagging' and lag = 10"));
        Assert.Equal(0, await database.ScalarAsync<long>(
            $"select count(*) from provider_observations where provider like '%{NodeStandIn.SecretPath}%'"));

        time.Advance(ProviderObservations.ListedFor);
        Assert.Empty(await fromWest.ReadNewestAsync(100, Cancellation));
        Assert.Equal(0, await fromWest.SweepAsync(Cancellation));
        time.Advance(ProviderObservations.KeptFor);
        Assert.Equal(9, await fromWest.SweepAsync(Cancellation));

        ChainClientFactory Observer(string from, out ProviderObservations observations)
        {
            var options = new RelayerOptions
            {
                ObservedFrom = from,
                Chains = { ["test"] = new() { ChainId = 31337, Rpc = [lagging.Url, healthy.Url, down.Url] } },
            };
            var clients = new ChainClientFactory(options, time, NullLogger<ChainClientFactory>.Instance);
            observations = new ProviderObservations(options, clients, database.Database, time);
            return clients;
        }
    }
}
