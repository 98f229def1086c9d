using Npgsql;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Transactions.Records;

/// <summary>Keeps account of what was paid.</summary>
public interface ISpendLedger
{
    /// <summary>
    /// Adds transactions that just became final. The engine runs it as the last write of the database transaction that makes them so,
    /// so that each is counted once, whatever happens to this process.
    /// </summary>
    Task AddAsync(NpgsqlConnection connection, ChainId chainId, IReadOnlyList<Guid> transactions, CancellationToken cancellation);
}
