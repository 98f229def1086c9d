using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Storage;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>What the keepers read of the accounts that were handed in.</summary>
internal sealed class AccountStore(Database database, TimeProvider time)
{
    // Each instance takes others; one that dies on the way has only looked without effect.
    private static readonly Dictionary<string, string> Take = new()
    {
        [KeeperNames.Deployment] = TakeBy("deployment_at"),
        [KeeperNames.Bridging] = TakeBy("bridging_at"),
    };

    // $1 keeper, $2 chain, $3 subjects, $4 states that discourage.
    private const string Histories = $"""
        select subject, sum(pieces)::bigint, max(discouraged_at) from (
            select subject, count(*) as pieces, max(ended_at) filter (where state = any($4)) as discouraged_at from keeper_work
            where keeper = $1 and chain_id = $2 and subject = any($3) and {WorkStates.Over} group by subject
            union all
            select subject, pieces, null from keeper_swept where keeper = $1 and chain_id = $2 and subject = any($3)) ended
        group by subject
        """;

    /// <summary>Accounts that were not looked at for the longest.</summary>
    public async Task<IReadOnlyList<PlannedAccount>> TakeAsync(string keeper, ChainId chainId, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Take[keeper], connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Int(limit), Columns.Time(time.GetUtcNow()) },
        };
        return await command.ReadListAsync(AccountBook.Read, cancellation);
    }

    /// <summary>How much work each account had that is over, and when it last ended so that another try should wait.</summary>
    public async Task<IReadOnlyDictionary<string, AccountHistory>> ReadHistoriesAsync(
        string keeper, ChainId chainId, IReadOnlyList<string> subjects, IReadOnlyList<WorkState> discouraging, CancellationToken cancellation)
    {
        if (subjects.Count == 0)
        {
            return new Dictionary<string, AccountHistory>();
        }

        await using var connection = await database.OpenAsync(cancellation);
        await using var command = KeeperStore.Command(connection, Histories, keeper, chainId);
        command.Parameters.Add(Columns.Texts(subjects));
        command.Parameters.Add(Columns.Enums(discouraging));
        return await command.ReadDictionaryAsync(
            row => row.GetString(0), row => new AccountHistory(row.GetInt64(1), row.GetTimeOrNull(2)), cancellation);
    }

    private static string TakeBy(string column) => $"""
        with taken as (
            select chain_id, account from keeper_planned_accounts where chain_id = $1
            order by {column} nulls first, account limit $2 for update skip locked)
        update keeper_planned_accounts a set {column} = $3 from taken
        where (a.chain_id, a.account) = (taken.chain_id, taken.account)
        returning {string.Join(", ", AccountBook.Fields.Split(", ").Select(field => $"a.{field}"))}
        """;
}

/// <summary>An account's work of one kind that is over.</summary>
/// <param name="Ended">How many pieces.</param>
/// <param name="DiscouragedAt">When one last ended so that another should wait.</param>
internal readonly record struct AccountHistory(long Ended, DateTimeOffset? DiscouragedAt);
