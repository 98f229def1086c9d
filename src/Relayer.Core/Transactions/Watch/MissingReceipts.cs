using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Watch;

/// <summary>Transactions that nobody can show the end of: their nonce is spent, or they were mined, and there is no receipt to read.</summary>
/// <remarks>They stay open however long it lasts. Safe for concurrent use; kept in memory, and found again after a restart.</remarks>
/// <param name="chainId">The chain.</param>
/// <param name="database">Says which of them are still open.</param>
/// <param name="time">The clock.</param>
internal sealed class MissingReceipts(ChainId chainId, Database database, TimeProvider time)
{
    /// <summary>After so long without evidence a person is told. Nodes that lag, and reorgs, are over by then.</summary>
    public static readonly TimeSpan ToldAfter = TimeSpan.FromMinutes(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Missing> _missing = [];

    /// <summary>Notes that nothing can be shown of a transaction now.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="what">What is known of it, for people.</param>
    public void Note(OpenTransaction transaction, string what)
    {
        lock (_gate)
        {
            var since = _missing.TryGetValue(transaction.Id, out var known) ? known.Since : time.GetUtcNow();
            _missing[transaction.Id] = new(transaction.Id, transaction.Reserved.Signer, transaction.Reserved.Nonce, since, what);
        }
    }

    /// <summary>Notes that there is evidence, or nothing to be missed.</summary>
    public void Found(Guid id)
    {
        lock (_gate)
        {
            _missing.Remove(id);
        }
    }

    /// <summary>Those to tell of, by signer. What is not open any more is forgotten.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<IGrouping<Address, Missing>>> FindOverdueAsync(CancellationToken cancellation)
    {
        Missing[] overdue;
        lock (_gate)
        {
            overdue = [.. _missing.Values.Where(item => time.GetUtcNow() - item.Since >= ToldAfter)];
        }

        if (overdue.Length == 0)
        {
            return [];
        }

        var open = new List<Missing>();
        await using var connection = await database.OpenAsync(cancellation);
        foreach (var item in overdue)
        {
            if (await TransactionStore.FindOpenAsync(connection, chainId, item.Id, cancellation) is null)
            {
                Found(item.Id);
            }
            else
            {
                open.Add(item);
            }
        }

        return [.. open.OrderBy(item => item.Nonce).GroupBy(item => item.Signer)];
    }

    /// <summary>One of them.</summary>
    internal sealed record Missing(Guid Id, Address Signer, ulong Nonce, DateTimeOffset Since, string What);
}
