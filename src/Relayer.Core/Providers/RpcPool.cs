using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Providers;

/// <summary>The providers of one chain: chooses whom to ask, and asks the next when one fails.</summary>
/// <remarks>
/// Safe for concurrent use. The order is that of the configuration; a faulty provider goes to the end for a short while,
/// one that asked for peace is left out until its time, and one of another chain for ever. A node's refusal is an answer and
/// never counts against it.
/// </remarks>
internal sealed partial class RpcPool(ChainId chainId, IReadOnlyList<Provider> providers, TimeProvider time, ILogger logger)
{
    /// <summary>The chain.</summary>
    public ChainId ChainId => chainId;

    /// <summary>Runs a piece of work with the first provider that carries it through; the work starts anew with each.</summary>
    /// <exception cref="ChainUnavailableException">None did.</exception>
    public async Task<T> RunAsync<T>(Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        T answer = default!;
        await OfferAsync(
            async (client, token) =>
            {
                answer = await work(client, token);
                return true;
            },
            cancellation);
        return answer;
    }

    /// <summary>Offers something to one provider after the other until <paramref name="offer"/> says that it is done.</summary>
    /// <exception cref="ChainUnavailableException">No provider answered at all.</exception>
    public async Task OfferAsync(Func<RpcClient, CancellationToken, Task<bool>> offer, CancellationToken cancellation)
    {
        var faults = new List<string>();
        var answered = false;
        foreach (var provider in Candidates())
        {
            try
            {
                await provider.EnsureChainAsync(cancellation);
                var done = await offer(provider.Client, cancellation);
                NoteAnswer(provider);
                answered = true;
                if (done)
                {
                    return;
                }
            }
            catch (ProviderFaultException fault)
            {
                Note(provider, fault);
                faults.Add($"{provider.Client.Name} {fault.Message}");
            }
        }

        if (!answered)
        {
            throw new ChainUnavailableException(chainId, Explain(faults));
        }
    }

    private List<Provider> Candidates()
    {
        var now = time.GetUtcNow();
        var usable = providers.Where(provider => !provider.IsOfAnotherChain && provider.Health.MayBeAsked(now));

        // Stable: within those that are ready, and those that are equally unready, the configured order stays.
        return [.. usable.OrderBy(provider => provider.Health.IsReady(now) ? default : provider.Health.ReadyAt)];
    }

    private string Explain(List<string> faults)
    {
        var passedOver = providers.Count - faults.Count;
        var reasons = string.Join("; ", faults);
        return (faults.Count, passedOver) switch
        {
            (0, _) => $"chain {chainId}: every provider serves another chain or asked to be left alone for a while",
            (_, 0) => $"chain {chainId}: no provider answered: {reasons}",
            _ => $"chain {chainId}: no provider answered: {reasons}; {passedOver} not asked (another chain, or asked to be left alone)",
        };
    }

    private void Note(Provider provider, ProviderFaultException fault)
    {
        RelayerMetrics.ProviderErrors.Add(
            1,
            new("chain", chainId.Value),
            new("provider", provider.Client.Name),
            new("kind", fault.Kind.ToString()));
        if (provider.Note(fault))
        {
            Log.Faulty(logger, chainId, provider.Client.Name, fault.Kind, fault.Message);
        }
        else
        {
            Log.StillFaulty(logger, chainId, provider.Client.Name, fault.Kind, fault.Message);
        }
    }

    private void NoteAnswer(Provider provider)
    {
        if (provider.NoteAnswer())
        {
            Log.Recovered(logger, chainId, provider.Client.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "Chain {ChainId}: provider {Provider} failed ({Kind}): it {Reason}")]
        public static partial void Faulty(ILogger logger, ChainId chainId, string provider, ProviderFaultKind kind, string reason);

        [LoggerMessage(2002, LogLevel.Debug, "Chain {ChainId}: provider {Provider} failed again or lacks something ({Kind}): it {Reason}")]
        public static partial void StillFaulty(ILogger logger, ChainId chainId, string provider, ProviderFaultKind kind, string reason);

        [LoggerMessage(2003, LogLevel.Information, "Chain {ChainId}: provider {Provider} answers again")]
        public static partial void Recovered(ILogger logger, ChainId chainId, string provider);
    }
}
