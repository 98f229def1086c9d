using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Client;
using Relayer.Core.Transactions.Confirmation;

namespace Relayer.Core.Tests.Transactions;

[Trait("needs", "services")]
public sealed class BlockNewsTests : IAsyncLifetime
{
    private readonly StandingTime _time = new();
    private AnvilNode _node = null!;
    private ChainClientFactory _clients = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _node = await AnvilNode.StartAsync(new AnvilOptions { MineOnDemand = true }, cancellation: Cancellation);
        var options = new RelayerOptions { Chains = { ["test"] = new() { ChainId = _node.ChainId, Rpc = { $"{_node.Url}" } } } };
        _clients = new ChainClientFactory(options, TimeProvider.System, new Logger<ChainClientFactory>(new CapturedLogs()));
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task While_no_block_comes_one_question_stands_for_a_pass_and_a_block_or_a_second_brings_the_next()
    {
        var passes = 0;
        var news = News(() =>
        {
            passes++;
            return 3;
        });

        for (var i = 0; i < 5; i++)
        {
            Assert.True(await news.RunAsync() > 0);
        }

        Assert.Equal(1, passes);
        await _node.MineAsync(1, Cancellation);
        await news.RunAsync();
        Assert.Equal(2, passes);
        _time.Advance(TimeSpan.FromSeconds(1.05));
        await news.RunAsync();
        Assert.Equal(3, passes);
    }

    [Fact]
    public async Task A_full_page_is_followed_by_the_next_one_at_once()
    {
        var passes = 0;
        var news = News(() =>
        {
            passes++;
            return 10;
        });

        await news.RunAsync();
        await news.RunAsync();

        Assert.Equal(2, passes);
    }

    [Fact]
    public async Task A_pass_that_failed_is_made_again_at_the_same_block()
    {
        var passes = 0;
        var news = News(() => ++passes == 2 ? throw new TimeoutException() : 3);
        await news.RunAsync();
        await _node.MineAsync(1, Cancellation);

        await Assert.ThrowsAsync<TimeoutException>(news.RunAsync);
        await news.RunAsync();

        Assert.Equal(3, passes);
    }

    private BlockNews News(Func<int> pass) =>
        new(_clients.Get(new ChainId(_node.ChainId)), () => Task.FromResult(pass()), pageSize: 10, _time);

    /// <summary>Stands still until it is moved, however slow the machine is.</summary>
    private sealed class StandingTime : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += (long)(by.TotalSeconds * TimestampFrequency);
    }
}
