using Microsoft.Extensions.Logging;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Providers.Pool;

/// <summary>One URL of a chain with what is known of it.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed partial class Provider
{
    /// <summary>A provider found to serve another chain is asked again after this: behind a load balancer it may have been one node.</summary>
    private static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(30);

    private readonly ChainId _chainId;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SingleFlight<ProviderFaultException?> _probe;
    private readonly Lock _gate = new();
    private ProviderHealth _health;
    private int _broadcasts;

    public Provider(RpcClient client, string @operator, ChainId chainId, TimeProvider time, ILogger logger)
    {
        (Client, Operator, _chainId, _time, _logger) = (client, @operator, chainId, time, logger);
        _probe = new(TryProbeAsync);
    }

    public RpcClient Client { get; }

    /// <summary>Who runs it, to compare with others.</summary>
    public string Operator { get; }

    /// <summary>What is known of it.</summary>
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

    /// <summary>Broadcasts under way.</summary>
    public int Broadcasts => Volatile.Read(ref _broadcasts);

    /// <summary>Counts a broadcast under way.</summary>
    public void BeginBroadcast() => Interlocked.Increment(ref _broadcasts);

    /// <summary>Counts it off.</summary>
    public void EndBroadcast() => Interlocked.Decrement(ref _broadcasts);

    /// <summary>Asks for chain and height; callers at the same time share one probe.</summary>
    /// <returns>The fault it met, noted already; <see langword="null"/> after an answer.</returns>
    public Task<ProviderFaultException?> ProbeAsync(CancellationToken cancellation) => _probe.RunAsync(cancellation);

    /// <summary>Makes sure, before anything is asked, that it serves the right chain.</summary>
    /// <returns>The fault, noted already, when it serves another or does not say.</returns>
    public ValueTask<ProviderFaultException?> EnsureChainAsync(CancellationToken cancellation) =>
        Health.ServedChain == _chainId.Value ? default : new(AskChainAsync(cancellation));

    /// <summary>Notes a fault.</summary>
    public void Note(ProviderFaultException fault)
    {
        RelayerMetrics.ProviderErrors.Add(
            1, new("chain", _chainId.Value), new("provider", Client.Name), new("kind", fault.Kind.ToString()));
        var (before, after) = Move(health => health.After(fault, _time.GetUtcNow()));
        if (before.Breaker.ReadyAt != after.Breaker.ReadyAt)
        {
            Log.Faulty(_logger, _chainId, Client.Name, fault.Kind, fault.Message);
        }
        else
        {
            Log.StillFaulty(_logger, _chainId, Client.Name, fault.Kind, fault.Message);
        }
    }

    /// <summary>Notes an answer.</summary>
    public void NoteAnswer() => NoteCure(Move(health => health.AfterAnswer(_time.GetUtcNow())));

    /// <summary>Notes a height.</summary>
    /// <returns>What was known of its heights before.</returns>
    public HeadHistory NoteHead(long head) => Move(health => health.AfterHead(head, _time.GetUtcNow())).Before.Track;

    /// <summary>Says that nobody has been at a height for long, in which something had been confirmed.</summary>
    public void NoteShorter(long height) => Log.Shorter(_logger, _chainId, height, ConfirmedHeight.Memory);

    private async Task<ProviderFaultException?> AskChainAsync(CancellationToken cancellation)
    {
        var health = Health;
        return health.ServedChain == 0 || _time.GetUtcNow() - health.ProbedAt >= RecheckAfter
            ? await ProbeAsync(cancellation)
            : OfAnotherChain(health.ServedChain);
    }

    private async Task<ProviderFaultException?> TryProbeAsync()
    {
        var startedAt = _time.GetTimestamp();
        var (chain, head) = (RpcChain.ChainId(), RpcChain.BlockNumber());
        try
        {
            await Client.SendAsync([chain, head], CancellationToken.None);
            var (served, height) = (chain.Value, head.Value);
            Move(health => health.AfterProbe(served, height, _time.GetElapsedTime(startedAt), _time.GetUtcNow()));
            if (served != _chainId.Value)
            {
                throw OfAnotherChain(served);
            }

            NoteAnswer();
            return null;
        }
        catch (ProviderFaultException fault)
        {
            Note(fault);
            return fault;
        }
    }

    private ProviderFaultException OfAnotherChain(long served) =>
        new(ProviderFaultKind.WrongChain, $"serves chain {served}, not {_chainId}; it is not used");

    private void NoteCure((ProviderHealth Before, ProviderHealth After) step)
    {
        if (!step.Before.Breaker.IsClosed && step.After.Breaker.IsClosed)
        {
            Log.Recovered(_logger, _chainId, Client.Name);
        }
    }

    private (ProviderHealth Before, ProviderHealth After) Move(Func<ProviderHealth, ProviderHealth> step)
    {
        lock (_gate)
        {
            var before = _health;
            _health = step(before);
            return (before, _health);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "Chain {ChainId}: provider {Provider} failed ({Kind}): it {Reason}")]
        public static partial void Faulty(ILogger logger, ChainId chainId, string provider, ProviderFaultKind kind, string reason);

        [LoggerMessage(2002, LogLevel.Debug, "Chain {ChainId}: provider {Provider} failed again, lags or lacks something ({Kind}): it {Reason}")]
        public static partial void StillFaulty(ILogger logger, ChainId chainId, string provider, ProviderFaultKind kind, string reason);

        [LoggerMessage(2006, LogLevel.Warning, "Chain {ChainId}: no provider has been at block {Height} for {Time}, in which something was confirmed; the chain has become shorter")]
        public static partial void Shorter(ILogger logger, ChainId chainId, long height, TimeSpan time);

        [LoggerMessage(2003, LogLevel.Information, "Chain {ChainId}: provider {Provider} answers again")]
        public static partial void Recovered(ILogger logger, ChainId chainId, string provider);
    }
}
