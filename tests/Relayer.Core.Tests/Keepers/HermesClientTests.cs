using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keys;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Which of several services is asked, over the clock.</summary>
public sealed class HermesClientTests : IAsyncLifetime
{
    private readonly MovableTime _time = new();
    private HermesStandIn _first = null!;
    private HermesStandIn _second = null!;
    private HermesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        (_first, _second) = (await HermesStandIn.StartAsync(), await HermesStandIn.StartAsync());
        _first.Now = _second.Now = () => _time.GetUtcNow().ToUnixTimeSeconds();
        _first.Prices[DevPerps.Feed] = _second.Prices[DevPerps.Feed] = _ => 2000_00000000;
        var options = new RelayerOptions { Hermes = { Url = $"{_first.Url}", Timeout = TimeSpan.FromSeconds(30) } };
        options.Hermes.Fallbacks.Add(new HermesServiceOptions { Url = $"{_second.Url}" });
        _client = new HermesClient(options, new NoSecrets(), _time);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task What_fails_together_is_one_failure_and_costs_one_short_rest()
    {
        var (asked, all) = (0, new TaskCompletionSource());
        _first.Misbehave = async context =>
        {
            // Nobody is answered before everybody has asked: who asks later would know of the failure.
            if (Interlocked.Increment(ref asked) == 8)
            {
                all.SetResult();
            }

            await all.Task;
            await LoopbackServer.Status(503)(context);
        };
        await Task.WhenAll(Enumerable.Range(1, 8).Select(ReadAsync));
        _first.Misbehave = null;
        _time.Advance(TimeSpan.FromSeconds(6));
        await ReadAsync(100);

        Assert.Equal((8 + 1, 8), (_first.Requests.Count, _second.Requests.Count));
    }

    [Fact]
    public async Task A_service_that_asks_to_be_left_alone_for_years_is_asked_again_in_minutes()
    {
        _first.Misbehave = LoopbackServer.Status(429, "2147483647");
        await ReadAsync(1);
        _first.Misbehave = null;
        var asked = _first.Requests.Count;
        _time.Advance(TimeSpan.FromMinutes(4));
        await ReadAsync(200);
        Assert.Equal(asked, _first.Requests.Count);

        _time.Advance(TimeSpan.FromMinutes(2));
        await ReadAsync(300);
        Assert.Equal(asked + 1, _first.Requests.Count);
    }

    private async Task ReadAsync(int ago)
    {
        var when = (ulong)(_time.GetUtcNow().ToUnixTimeSeconds() - ago);
        var query = new OracleQuery(default(Address), OracleQuery.Benchmark, when, [DevPerps.Feed]);
        Assert.IsType<PriceAnswer.Found>(await _client.ReadAsync(query, TestContext.Current.CancellationToken));
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> GetAsync(string name, CancellationToken cancellation) => throw new SecretUnavailableException(name);
    }
}
