using System.Collections.Concurrent;
using Relayer.Core.Configuration;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keys;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>Pyth's price service, from whichever of the configured ones has a usable answer: the first of them, as long as it is well.</summary>
/// <remarks>
/// A price at a time is asked for once: two answers may differ and both be signed, and what was simulated must be what is sent. Whether an
/// update is genuine only the chain knows; who gave one that it refuses is asked last for a while.
/// </remarks>
public sealed class HermesClient : IPriceSource, IDisposable
{
    private const int MaxKept = 2_000;

    private readonly HttpMessageInvoker _http = RemoteService.CreateHttp();
    private readonly HermesService[] _services;
    private readonly ConcurrentDictionary<string, (PriceAnswer.Found Answer, HermesService From)> _given = new();

    /// <summary>Connects to nothing yet.</summary>
    public HermesClient(RelayerOptions options, ISecretSource secrets, TimeProvider time)
    {
        var hermes = options.Hermes;
        _services = [.. hermes.Fallbacks.Prepend(hermes).Select(service => new HermesService(_http, service, secrets, hermes.Timeout, time))];
    }

    /// <inheritdoc/>
    public async Task<PriceAnswer> ReadAsync(OracleQuery query, CancellationToken cancellation)
    {
        if (query.Kind == OracleQuery.Benchmark && _given.TryGetValue(query.Key, out var known))
        {
            return known.Answer;
        }

        var best = default(PriceAnswer);

        // Who failed lately comes last, and is asked all the same when nobody else can answer: a window does not wait.
        foreach (var service in _services.OrderBy(service => service.Rests).ToArray())
        {
            var answer = await service.AskAsync(query, cancellation);
            if (answer is PriceAnswer.Found found)
            {
                Keep(query, found, service);
                return found;
            }

            best = best is null || Weight(answer) > Weight(best) ? answer : best;
        }

        return best!;
    }

    /// <inheritdoc/>
    public void Forget(OracleQuery query)
    {
        if (_given.TryRemove(query.Key, out var given))
        {
            given.From.Blame();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>What says most about the price is told: that there is none (yet), then that what came is unusable, then that nobody answered.</summary>
    private static int Weight(PriceAnswer answer) => answer switch
    {
        PriceAnswer.Missing => 2,
        PriceAnswer.Wrong => 1,
        _ => 0,
    };

    private void Keep(OracleQuery query, PriceAnswer.Found answer, HermesService from)
    {
        if (_given.Count >= MaxKept)
        {
            _given.Clear();
        }

        _given[query.Key] = (answer, from);
    }
}
