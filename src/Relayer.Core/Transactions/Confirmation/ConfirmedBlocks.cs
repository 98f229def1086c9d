using Npgsql;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Tells the chain's client in which blocks something of ours is confirmed, whichever instance confirmed it: before them nothing is believed.</summary>
/// <param name="chain">The chain.</param>
/// <param name="database">The records.</param>
/// <param name="time">The clock.</param>
internal sealed class ConfirmedBlocks(IChainClient chain, Database database, TimeProvider time)
{
    /// <summary>Transactions that were made longer ago are in blocks that every node has.</summary>
    private static readonly TimeSpan LooksBack = TimeSpan.FromMinutes(15);

    // Ids are in the order of time: it reads backwards through the newest only.
    private const string Sql = $"""
        select max(block_number) from (
            select block_number from transactions
            where chain_id = $1 and id > $2 and {TransactionStates.FinalInBlock}
            order by id desc limit {LooksAt}) newest
        """;

    private const string LooksAt = "200";

    /// <summary>Notes those of changes that this instance is about to record.</summary>
    public void Note(IReadOnlyList<StateChange> changes)
    {
        var highest = changes.Where(change => change.State.IsFinal).Max(change => TransactionRow.InclusionOf(change.State)?.BlockNumber);
        if (highest is { } height)
        {
            chain.NoteConfirmed(height);
        }
    }

    /// <summary>Learns what other instances recorded.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task LearnAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { Columns.Long(chain.ChainId.Value), Columns.Id(Guid.CreateVersion7(time.GetUtcNow() - LooksBack)) },
        };
        if (await command.ExecuteScalarAsync(cancellation) is long height)
        {
            chain.NoteConfirmed(height);
        }
    }
}
