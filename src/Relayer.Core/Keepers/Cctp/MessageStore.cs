using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Messages that the sources' events told of.</summary>
internal sealed class MessageStore(Database database, KeeperStore works, TimeProvider time)
{
    // A message that comes back after a reorg is looked at anew: the work may have been given up.
    private const string Insert = """
        insert into keeper_messages (chain_id, id, source_chain_id, transaction, message, depositor, recipient, receiver, found_at)
        select $1, m.id, $2, m.transaction, m.message, m.depositor, m.recipient, $8, $9
        from unnest($3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[]) as m (id, transaction, message, depositor, recipient)
        on conflict (chain_id, id) do update set is_taken = false, receiver = excluded.receiver
        """;

    // $1 chain, $2 whether everybody's, $3 sources, $4 limit. An account may be handed in after its burn.
    private const string Left = """
        select m.id, m.source_chain_id, m.transaction, m.message, m.receiver from keeper_messages m
        where m.chain_id = $1 and not m.is_taken and m.source_chain_id = any($3) and ($2
            or exists (select from keeper_planned_accounts a where (a.chain_id, a.account) = (m.source_chain_id, m.depositor))
            or exists (select from keeper_planned_accounts a where (a.chain_id, a.account) = (m.chain_id, m.recipient)))
        order by m.found_at, m.id limit $4 for update of m skip locked
        """;

    private const string Taken = "update keeper_messages set is_taken = true where chain_id = $1 and id = any($2)";

    private const string Prune = "delete from keeper_messages where chain_id = $1 and found_at < $2";

    /// <summary>Keeps messages, in the transaction of <paramref name="connection"/>.</summary>
    public async Task<int> AddAsync(
        NpgsqlConnection connection, ChainId chainId, RedemptionSource source, IReadOnlyList<FoundMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
        {
            return 0;
        }

        FoundMessage[] ordered = [.. messages.OrderBy(message => message.Id)];
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.Long(source.ChainId.Value),
                Columns.ManyBytes(ordered.Select(message => message.Id.Span.ToArray())),
                Columns.ManyBytes(ordered.Select(message => message.Transaction.Span.ToArray())),
                Columns.ManyBytes(ordered.Select(message => message.Message.Bytes.ToArray())),
                Columns.ManyBytes(ordered.Select(message => (message.Message.Depositor ?? default).ToArray())),
                Columns.ManyBytes(ordered.Select(message => (message.Message.Recipient ?? default).ToArray())),
                Columns.Address(source.Receiver),
                Columns.Time(time.GetUtcNow()),
            },
        };
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Makes work of messages that concern somebody we know: the work and the mark are both there, or neither.</summary>
    /// <returns>How much was new.</returns>
    public async Task<int> TakeAsync(
        ChainId chainId, bool everyone, IReadOnlyList<ChainId> sources, int limit, Func<LeftMessage, FoundWork> describe,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var left = await ReadAsync(connection, chainId, everyone, sources, limit, cancellation);
        if (left.Count == 0)
        {
            return 0;
        }

        var added = await works.AddAsync(connection, KeeperNames.Redemption, chainId, [.. left.Select(describe)], cancellation);
        CrashPoints.Pass(CrashPoints.BurnsKept);
        await using var taken = new NpgsqlCommand(Taken, connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.ManyBytes(left.Select(message => message.Id.Span.ToArray())) },
        };
        await taken.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return added;
    }

    /// <summary>Forgets messages that nobody asked for.</summary>
    public async Task PruneAsync(ChainId chainId, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Prune, connection) { Parameters = { Columns.Long(chainId.Value), Columns.Time(before) } };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<IReadOnlyList<LeftMessage>> ReadAsync(
        NpgsqlConnection connection, ChainId chainId, bool everyone, IReadOnlyList<ChainId> sources, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Left, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value), Columns.Flag(everyone), Columns.Longs(sources.Select(source => source.Value)), Columns.Int(limit),
            },
        };
        return await command.ReadListAsync(
            row => new LeftMessage(row.GetHash(0), new ChainId(row.GetInt64(1)), row.GetHash(2), row.GetFieldValue<byte[]>(3), row.GetAddress(4)),
            cancellation);
    }
}

/// <summary>A message as an event told it.</summary>
internal sealed record FoundMessage(Hash32 Id, Hash32 Transaction, BurnMessage Message);

/// <summary>A kept message that there is no work for yet.</summary>
internal sealed record LeftMessage(Hash32 Id, ChainId Source, Hash32 Transaction, byte[] Message, Address Receiver);
