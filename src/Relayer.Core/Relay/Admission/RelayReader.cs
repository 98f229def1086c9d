using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay.Admission;

/// <summary>Reads of the records, shared by callers at the same time.</summary>
/// <remarks>
/// That a node took a transaction is written a moment after callers were told. Until then this instance adds it to what it reads, so that
/// nobody sees a relay go back from pending to accepted.
/// </remarks>
internal sealed class RelayReader
{
    private readonly RelayStore _store;
    private readonly ChainEngines _engines;
    private readonly Coalescer<RelayCandidate, RelayFacts> _facts;
    private readonly Coalescer<Hash32, RelayRecord?> _relays;

    public RelayReader(RelayStore store, ChainEngines engines)
    {
        (_store, _engines) = (store, engines);
        _facts = new Coalescer<RelayCandidate, RelayFacts>(ReadFactsAsync, maxBatch: 128);
        _relays = new Coalescer<Hash32, RelayRecord?>(FindManyAsync, maxBatch: 512);
    }

    /// <summary>What the records say about a request.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task<RelayFacts> FactsAsync(RelayCandidate candidate, CancellationToken cancellation) => _facts.RunAsync(candidate, cancellation);

    /// <summary>How a relay stands; <see langword="null"/> when it is not known.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task<RelayRecord?> FindAsync(Hash32 id, CancellationToken cancellation) => _relays.RunAsync(id, cancellation);

    /// <summary>A user's relays, newest first, before a place in the order of acceptance.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<RelayRecord>> ListAsync(
        ChainId? chainId, Address from, long before, int limit, CancellationToken cancellation) =>
        [.. (await _store.ListAsync(chainId, from, before, limit, cancellation)).Select(Present)];

    private async Task<IReadOnlyList<RelayFacts>> ReadFactsAsync(IReadOnlyList<RelayCandidate> candidates, CancellationToken cancellation)
    {
        var facts = await _store.ReadFactsAsync(candidates, cancellation);
        return [.. facts.Select(fact => fact.Known is { } known ? fact with { Known = Present(known) } : fact)];
    }

    private async Task<IReadOnlyList<RelayRecord?>> FindManyAsync(IReadOnlyList<Hash32> ids, CancellationToken cancellation)
    {
        var records = await _store.FindAsync(ids.Distinct(), cancellation);
        return [.. ids.Select(id => records.TryGetValue(id, out var record) ? Present(record) : null)];
    }

    private RelayRecord Present(RelayRecord record) =>
        record is { State: RelayState.Accepted, TransactionHash: { } hash } && _engines.IsTaken(record.ChainId, hash)
            ? record with { State = RelayState.Pending }
            : record;
}
