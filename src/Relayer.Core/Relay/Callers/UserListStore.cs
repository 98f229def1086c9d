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
    public async Task<UserListChange> PutAsync(Address user, UserList list, Instruction instruction, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // One change after the other: whoever has read one has read all before it, and the count is right.
        await using (var alone = new NpgsqlCommand("lock table user_lists in share row exclusive mode", connection))
        {
            await alone.ExecuteNonQueryAsync(cancellation);
        }

        var change = await ChangeAsync(connection, user, list, instruction, cancellation);
        var verb = list switch { UserList.Allowed => "allow", UserList.Denied => "deny", _ => "remove" };
        var outcome = change == UserListChange.Full ? UserLists.FullCode : AuditOutcome.Of(change == UserListChange.Changed);
        await AuditLog.AppendAsync(connection, new AuditEntry(instruction, $"user.{verb}", $"user:{user}", outcome), time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
        return change;
    }

    /// <summary>What changed after a change that was read before, in order; users that are on no list only where something was read before.</summary>
    public async Task<IReadOnlyList<(Address User, UserList List, long Change)>> ReadSinceAsync(long change, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select user_address, list, change from user_lists where change > $1 and (list <> 0 or $1 > 0) order by change", connection)
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

    /// <summary>A user who is on a list already needs no room; one who was taken off does.</summary>
    private async Task<UserListChange> ChangeAsync(
        NpgsqlConnection connection, Address user, UserList list, Instruction instruction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            with before as (select list from user_lists where user_address = $1),
            change as (
                insert into user_lists as known (user_address, list, by, reason, since)
                select $1, $2, $3, $4, $5
                where case when $2 = 0 then exists (select from before)
                    else exists (select from before where list <> 0) or (select count(*) from user_lists where list <> 0) < $6 end
                on conflict (user_address) do update
                    set list = excluded.list, by = excluded.by, reason = excluded.reason, since = excluded.since, change = default
                    where known.list <> excluded.list
                returning 1)
            select exists (select from change), coalesce((select list from before), 0) = $2
            """,
            connection)
        {
            Parameters =
            {
                Columns.Address(user), Columns.ShortOrNull((short)list), Columns.Text(instruction.Who), Columns.Text(instruction.Reason),
                Columns.Time(time.GetUtcNow()), Columns.Int(UserLists.Most),
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return row.GetBoolean(0) ? UserListChange.Changed : row.GetBoolean(1) ? UserListChange.Unchanged : UserListChange.Full;
    }
}
