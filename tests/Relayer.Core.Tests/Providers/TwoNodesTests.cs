using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Tests.Providers;

/// <summary>Two nodes that answer as they are told, and clients of one or both; what is logged meanwhile never tells a URL's secret.</summary>
public abstract class TwoNodesTests : IAsyncLifetime
{
    private protected static readonly ChainId Chain = new(31337);
    private protected static readonly Address Account = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

    /// <summary>Longer than any answer takes on a starved machine: for all that is not about the timeout itself.</summary>
    private protected static readonly TimeSpan Ample = TimeSpan.FromSeconds(20);

    private readonly List<ChainClientFactory> _clients = [];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected CapturedLogs Logs { get; } = new();

    private protected NodeStandIn First { get; private set; } = null!;

    private protected NodeStandIn Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        First = await NodeStandIn.StartAsync(Cancellation);
        Second = await NodeStandIn.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(clients => clients.Dispose());
        await First.DisposeAsync();
        await Second.DisposeAsync();
        Assert.DoesNotContain(NodeStandIn.SecretPath, Logs.Text, StringComparison.Ordinal);
        GC.SuppressFinalize(this);
    }

    private protected static Address AccountOf(int number)
    {
        var bytes = new byte[Address.Size];
        (bytes[18], bytes[19]) = ((byte)(number >> 8), (byte)number);
        return new Address(bytes);
    }

    private protected IChainClient Connect(params string[] urls) => Connect(Ample, urls);

    private protected IChainClient Connect(TimeSpan timeout, params string[] urls) => Connect(timeout, TimeProvider.System, urls);

    private protected IChainClient Connect(TimeProvider time, params string[] urls) => Connect(Ample, time, urls);

    private protected ChainClientFactory Clients(TimeSpan timeout, TimeProvider time, params string[] urls)
    {
        var options = new RelayerOptions { Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = timeout, Rpc = [.. urls] } } };
        var clients = new ChainClientFactory(options, time, new Logger<ChainClientFactory>(Logs));
        _clients.Add(clients);
        return clients;
    }

    private IChainClient Connect(TimeSpan timeout, TimeProvider time, string[] urls) => Clients(timeout, time, urls).Get(Chain);
}
