using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

/// <summary>Several nodes of one chain, at heights of their own, and a client of them all; a clock that the test moves.</summary>
public abstract class ManyNodesTests : IAsyncLifetime
{
    private protected static readonly ChainId Chain = new(31337);
    private protected static readonly Address Account = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    private protected static readonly Hash32 Hash = Keccak256.Hash("a transaction"u8);
    private protected static readonly byte[] Raw = [1, 2, 3];
    private ChainClientFactory? _clients;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected CapturedLogs Logs { get; } = new();

    private protected MovableTime Time { get; } = new();

    private protected List<NodeStandIn> Nodes { get; } = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _clients?.Dispose();
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        Assert.DoesNotContain(NodeStandIn.SecretPath, Logs.Text, StringComparison.Ordinal);
        GC.SuppressFinalize(this);
    }

    private protected static async Task<ProviderState[]> StatesAsync(IChainClient client) =>
        [.. (await client.ObserveProvidersAsync(Cancellation)).Select(report => report.State)];

    private protected static Task BecomesAsync(Func<bool> isSo) => BecomesAsync(() => Task.FromResult(isSo()));

    private protected static async Task BecomesAsync(Func<Task<bool>> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo() && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1))
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.True(await isSo());
    }

    /// <summary>A client of nodes at these heights, which it has looked at already.</summary>
    private protected async Task<IChainClient> ConnectAsync(params long[] heads)
    {
        foreach (var head in heads)
        {
            var node = await NodeStandIn.StartAsync(Cancellation);
            node.Head = head;
            Nodes.Add(node);
        }

        var options = new RelayerOptions
        {
            Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = TimeSpan.FromSeconds(20), Rpc = [.. Nodes.Select(node => node.Url)] } },
        };
        _clients = new ChainClientFactory(options, Time, new Logger<ChainClientFactory>(Logs));
        var client = _clients.Get(Chain);
        await client.ObserveProvidersAsync(Cancellation);
        return client;
    }
}
