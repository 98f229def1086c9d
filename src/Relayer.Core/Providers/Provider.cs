using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>One URL of a chain with its health, and with the chain it serves once that is known.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class Provider
{
    private readonly ChainId _chainId;
    private readonly TimeProvider _time;
    private readonly SingleFlight<long> _readChainId;
    private readonly Lock _gate = new();
    private ProviderHealth _health;
    private long _servedChain;

    public Provider(RpcClient client, ChainId chainId, TimeProvider time)
    {
        (Client, _chainId, _time) = (client, chainId, time);
        _readChainId = new(() => client.SendAsync(RpcJson.ChainId(), CancellationToken.None));
    }

    public RpcClient Client { get; }

    /// <summary>What is known of its health.</summary>
    public ProviderHealth Health
    {
        get
        {
            lock (_gate)
            {
                return _health;
            }
        }
    }

    /// <summary>True once it was found to serve another chain; it is then never used again.</summary>
    public bool IsOfAnotherChain => Volatile.Read(ref _servedChain) is var served && served != 0 && served != _chainId.Value;

    /// <summary>Asks once which chain it serves.</summary>
    /// <exception cref="ProviderFaultException">It serves another, or does not say.</exception>
    public async Task EnsureChainAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _servedChain) == 0)
        {
            Volatile.Write(ref _servedChain, await _readChainId.RunAsync(cancellation));
        }

        if (IsOfAnotherChain)
        {
            throw new ProviderFaultException(
                ProviderFaultKind.WrongChain, $"serves chain {Volatile.Read(ref _servedChain)}, not {_chainId}; it is not used");
        }
    }

    /// <summary>Notes a fault.</summary>
    /// <returns>True when it is news: the provider was taken for healthy, or asks for more peace.</returns>
    public bool Note(ProviderFaultException fault) => Move(health => health.After(fault, _time.GetUtcNow()));

    /// <summary>Notes an answer.</summary>
    /// <returns>True when it is news.</returns>
    public bool NoteAnswer() => Move(health => health.AfterAnswer(_time.GetUtcNow()));

    private bool Move(Func<ProviderHealth, ProviderHealth> step)
    {
        lock (_gate)
        {
            var before = _health;
            _health = step(before);
            return _health != before;
        }
    }
}
