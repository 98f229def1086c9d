using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Callers;

/// <summary>The operators' lists in the database.</summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
internal sealed class UserListStore(Database database, TimeProvider time)
{
    /// <summary>Puts a user on a list instead of any other, or takes them off. Audited.</summary>
    /// <returns>False where it was so before.</returns>
    public async Task<bool> PutAsync(Address user, UserList list, Instruction instruction, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // One change after the other: whoever has read one has read all before it.
        await using var change = new NpgsqlCommand(
            """
            insert into user_lists as known (user_address, list, by, reason, since)
            select $1, $2, $3, $4, $5 where $2 <> 0 or exists (select from user_lists where user_address = $1)
            on conflict (user_address) do update
                set list = excluded.list, by = excluded.by, reason = excluded.reason, since = excluded.since, change = default
                where known.list <> excluded.list
            """,
            connection)
        {
            Parameters =
            {
                Columns.Address(user), Columns.ShortOrNull((short)list), Columns.Text(instruction.Who), Columns.Text(instruction.Reason), Columns.Time(time.GetUtcNow()),
            },
        };
        await using (var alone = new NpgsqlCommand("lock table user_lists in share row exclusive mode", connection))
        {
            await alone.ExecuteNonQueryAsync(cancellation);
        }

        var hasChanged = await change.ExecuteNonQueryAsync(cancellation) > 0;
        var verb = list switch { UserList.Allowed => "allow", UserList.Denied => "deny", _ => "remove" };
        await AuditLog.AppendAsync(
            connection, new AuditEntry(instruction, $"user.{verb}", $"user:{user}", AuditOutcome.Of(hasChanged)), time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
        return hasChanged;
    }

    /// <summary>What changed after a change that was read before, in order.</summary>
    public async Task<IReadOnlyList<(Address User, UserList List, long Change)>> ReadSinceAsync(long change, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select user_address, list, change from user_lists where change > $1 order by change", connection)
        {
            Parameters = { Columns.Long(change) },
        };
        return await command.ReadListAsync(row => (row.GetAddress(0), row.GetEnum<UserList>(1), row.GetInt64(2)), cancellation);
    }

    /// <summary>Users on the lists, by address.</summary>
    public async Task<IReadOnlyList<ListedUser>> ListAsync(Address? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select user_address, list, by, reason, since from user_lists where list <> 0 and user_address > $1 order by user_address limit $2", connection)
        {
            Parameters = { Columns.Bytes(after?.ToArray() ?? []), Columns.Int(limit) },
        };
        return await command.ReadListAsync(
            row => new ListedUser(row.GetAddress(0), row.GetEnum<UserList>(1), row.GetString(2), row.GetString(3), row.GetTime(4)), cancellation);
    }
}
