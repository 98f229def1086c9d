using System.Net;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>The clients of all configured chains over one connection pool. Nothing is connected before it is needed.</summary>
internal sealed class ChainClientFactory : IChainClientFactory, IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly Dictionary<ChainId, IChainClient> _clients;

    public ChainClientFactory(RelayerOptions options, TimeProvider time, ILogger<ChainClientFactory> logger)
    {
        _http = new HttpMessageInvoker(CreateHandler());
        _clients = options.Chains.Values.ToDictionary(
            chain => new ChainId(chain.ChainId), chain => (IChainClient)CreateClient(chain, time, logger));
    }

    public IChainClient Get(ChainId chainId) =>
        _clients.TryGetValue(chainId, out var client) ? client : throw new KeyNotFoundException($"chain {chainId} is not configured");

    public void Dispose() => _http.Dispose();

    private ChainClient CreateClient(ChainOptions chain, TimeProvider time, ILogger logger)
    {
        var id = new ChainId(chain.ChainId);
        RpcOptions[] urls = [.. chain.Rpc];
        var providers = urls.Zip(ProviderNames.Of(urls), ProviderNames.OperatorsOf(urls)).Select(one =>
            new Provider(new RpcClient(_http, new Uri(one.First.Url), chain.RpcTimeout, time, one.Second), one.Third, id, time, logger)).ToArray();
        return new ChainClient(new RpcPool(id, providers, chain.MaxHeadLag ?? DefaultHeadLag.DefaultOf(id), time), time);
    }

    private static SocketsHttpHandler CreateHandler() => new()
    {
        // A redirect would carry signed transactions, and perhaps credentials, to where nobody configured.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,

        // New connections now and then, so that a provider's move in DNS is followed.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 64,

        // The framework's own client spans carry the URL's path, and with it the key; ours carry the host.
        ActivityHeadersPropagator = null,
    };
}
