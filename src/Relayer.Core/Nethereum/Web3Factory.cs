using Nethereum.Web3;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Nethereum;

/// <inheritdoc cref="IWeb3Factory"/>
internal sealed class Web3Factory(
    RelayerOptions options, IChainClientFactory chains, Lazy<ITransactionOutlet> outlet, TransactionDirectory directory, TimeProvider time) : IWeb3Factory
{
    public IWeb3 For(ChainId chainId) => Create(chainId, null);

    public IWeb3 For(string chain) => options.Chains.TryGetValue(chain, out var found)
        ? Create(new ChainId(found.ChainId), null)
        : throw new KeyNotFoundException($"no chain is called {chain}; there are: {string.Join(", ", options.Chains.Keys)}");

    public IWeb3 For(ChainId chainId, string purpose) => Create(chainId, purpose);

    private Web3 Create(ChainId chainId, string? purpose)
    {
        var client = new PoolClient((IRawReadings)chains.Get(chainId));
        var manager = new EngineTransactionManager(
            chainId, (call, cancellation) => SendAsync(chainId, purpose, call, cancellation), client, directory, time);
        return new Web3(manager.Account, client);
    }

    private Task<SentTransaction> SendAsync(ChainId chainId, string? purpose, OutgoingCall call, CancellationToken cancellation)
    {
        if (SendScope.Current is { Send: { } send })
        {
            return send(call, cancellation);
        }

        return purpose is not null ? outlet.Value.SendAsync(chainId, purpose, call, cancellation) : throw new InvalidOperationException(
            "Nothing is sent here: a keeper sends in ActAsync, for a piece of its work. Elsewhere ask IWeb3Factory for an IWeb3 with a purpose, "
            + "a keeper's name, whose budget pays.");
    }
}
