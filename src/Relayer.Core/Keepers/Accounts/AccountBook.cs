using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>The accounts that operators handed in.</summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
public sealed class AccountBook(Database database, TimeProvider time)
{
    /// <summary>The most accounts handed in at once.</summary>
    public const int MaxAtOnce = 500;

    internal const string Fields = "account, salt, number, first, second, third";

    private const string Insert = $"""
        insert into keeper_planned_accounts (chain_id, {Fields}, added_at)
        select $1, a.*, $8 from unnest($2::bytea[], $3::bytea[], $4::numeric[], $5::bytea[], $6::bytea[], $7::bytea[]) as a ({Fields})
        on conflict do nothing
        """;

    private const string Select = $"select {Fields} from keeper_planned_accounts where chain_id = $1";

    /// <summary>Takes accounts in, all of them or none; audited in the same transaction. The same again changes nothing.</summary>
    /// <param name="chainId">Where they will be.</param>
    /// <param name="accounts">At most <see cref="MaxAtOnce"/>, each once.</param>
    /// <param name="instruction">Who wants it, and why.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public async Task<AccountsAdded> AddAsync(
        ChainId chainId, IReadOnlyList<PlannedAccount> accounts, Instruction instruction, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        PlannedAccount[] ordered = [.. accounts.OrderBy(account => account.Account)];
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var added = await InsertAsync(connection, chainId, ordered, cancellation);
        var known = (await FindAsync(connection, chainId, ordered, cancellation)).ToDictionary(account => account.Account);
        Address[] conflicts = [.. ordered.Where(account => known[account.Account] != account).Select(account => account.Account)];
        var outcome = conflicts.Length > 0 ? ConflictOutcome : AuditOutcome.Of(added > 0);
        if (conflicts.Length > 0)
        {
            // Nothing of it stays but the entry.
            await transaction.RollbackAsync(cancellation);
        }

        var entry = new AuditEntry(instruction, "accounts.add", $"{accounts.Count} accounts on chain {chainId}", outcome);
        await AuditLog.AppendAsync(connection, entry, time.GetUtcNow(), cancellation);
        if (conflicts.Length == 0)
        {
            await transaction.CommitAsync(cancellation);
        }

        return new AccountsAdded(conflicts.Length > 0 ? 0 : added, conflicts);
    }

    /// <summary>The outcome in the audit when an account is known otherwise.</summary>
    public const string ConflictOutcome = "account_differs";

    /// <summary>A page of accounts, by address.</summary>
    /// <param name="chainId">Where they are.</param>
    /// <param name="after">Only those after this one; <see langword="null"/> from the beginning.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<PlannedAccount>> ListAsync(ChainId chainId, Address? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"{Select} and account > $2 order by account limit $3", connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Bytes(after?.ToArray() ?? []), Columns.Int(limit) },
        };
        return await ReadAsync(command, cancellation);
    }

    internal static PlannedAccount Read(NpgsqlDataReader rows) => new(
        rows.GetAddress(0), rows.GetHash(1), rows.GetNumber(2), rows.GetAddress(3), rows.GetAddress(4), rows.GetAddress(5));

    private async Task<int> InsertAsync(
        NpgsqlConnection connection, ChainId chainId, PlannedAccount[] accounts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                Columns.Long(chainId.Value),
                Columns.ManyBytes(accounts.Select(account => account.Account.ToArray())),
                Columns.ManyBytes(accounts.Select(account => account.Salt.Span.ToArray())),
                Columns.Numbers(accounts.Select(account => account.Number)),
                Columns.ManyBytes(accounts.Select(account => account.First.ToArray())),
                Columns.ManyBytes(accounts.Select(account => account.Second.ToArray())),
                Columns.ManyBytes(accounts.Select(account => account.Third.ToArray())),
                Columns.Time(time.GetUtcNow()),
            },
        };
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<IReadOnlyList<PlannedAccount>> FindAsync(
        NpgsqlConnection connection, ChainId chainId, PlannedAccount[] accounts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} and account = any($2)", connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.ManyBytes(accounts.Select(account => account.Account.ToArray())) },
        };
        return await ReadAsync(command, cancellation);
    }

    private static async Task<IReadOnlyList<PlannedAccount>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        return await command.ReadListAsync(Read, cancellation);
    }
}

/// <summary>What became of accounts that were handed in.</summary>
/// <param name="Added">How many were new.</param>
/// <param name="Conflicts">Those that are known with other arguments; then nothing was taken in.</param>
public sealed record AccountsAdded(int Added, IReadOnlyList<Address> Conflicts);
