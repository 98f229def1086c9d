using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay;

/// <summary>Reads of the records, shared by callers at the same time.</summary>
internal sealed class RelayReads
{
    private readonly RelayStore _store;
    private readonly Coalescer<RelayCandidate, RelayFacts> _facts;
    private readonly Coalescer<Hash32, RelayRecord?> _relays;

    public RelayReads(RelayStore store)
    {
        _store = store;
        _facts = new Coalescer<RelayCandidate, RelayFacts>(store.ReadFactsAsync, maxBatch: 128, parallelism: 2);
        _relays = new Coalescer<Hash32, RelayRecord?>(FindManyAsync, maxBatch: 512);
    }

    /// <summary>What the records say about a request.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task<RelayFacts> FactsAsync(RelayCandidate candidate, CancellationToken cancellation) => _facts.RunAsync(candidate, cancellation);

    /// <summary>How a relay stands; <see langword="null"/> when it is not known.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task<RelayRecord?> FindAsync(Hash32 id, CancellationToken cancellation) => _relays.RunAsync(id, cancellation);

    private async Task<IReadOnlyList<RelayRecord?>> FindManyAsync(IReadOnlyList<Hash32> ids, CancellationToken cancellation)
    {
        var records = await _store.FindAsync(ids.Distinct(), cancellation);
        return [.. ids.Select(id => records.GetValueOrDefault(id))];
    }
}
