using System.Globalization;
using System.Text;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Treasury.Spend;

/// <summary>Which sums of the spend ledger are asked for.</summary>
/// <param name="Chains">Of these chains; always told apart, for their coins differ.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day.</param>
/// <param name="GroupBy">What is told apart.</param>
/// <param name="After">The last row of the page before; <see langword="null"/> for the first page.</param>
/// <param name="Limit">At most so many rows.</param>
public sealed record SpendQuery(
    IReadOnlyList<ChainId> Chains, DateOnly From, DateOnly To, SpendGroups GroupBy, SpendKey? After, int Limit);

/// <summary>What sums tell apart beside the chain.</summary>
[Flags]
public enum SpendGroups
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The day, UTC, of when a transaction became final.</summary>
    Day = 1,

    /// <summary>The purpose.</summary>
    Purpose = 2,

    /// <summary>The contract called and its function.</summary>
    Target = 4,

    /// <summary>The user: of users' requests only.</summary>
    User = 8,
}

/// <summary>What a row is the sum of; <see langword="null"/> where it is not told apart.</summary>
public sealed record SpendKey(ChainId ChainId, DateOnly? Day, string? Purpose, Address? Target, ReadOnlyMemory<byte>? Selector, Address? User)
{
    /// <summary>As text, for a cursor.</summary>
    public string Encode() => string.Join(
        ',', ChainId.Value.ToString(CultureInfo.InvariantCulture), Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Purpose is null ? "" : Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Purpose)), Target?.ToString(),
        Selector is { } selector ? Hex.Encode(selector.Span) : "", User?.ToString());

    /// <summary>Reads <see cref="Encode"/>'s text.</summary>
    /// <returns><see langword="null"/> for any other.</returns>
    public static SpendKey? Decode(string text)
    {
        var parts = text.Split(',');
        if (parts.Length != 6 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var chain))
        {
            return null;
        }

        DateOnly? day = DateOnly.TryParseExact(parts[1], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
        Address? target = Address.TryParse(parts[3], out var contract) ? contract : null;
        Address? user = Address.TryParse(parts[5], out var account) ? account : null;
        byte[]? selector = parts[4].Length > 0 && Hex.TryDecode(parts[4], out var bytes) ? bytes : null;
        return !Hex.TryDecode("0x" + parts[2], out var purpose) || purpose.Contains((byte)0) ? null // No text of the database's holds a zero.
            : new SpendKey(
                new ChainId(chain), day, parts[2].Length == 0 ? null : Encoding.UTF8.GetString(purpose), target,
                selector is null ? (ReadOnlyMemory<byte>?)null : selector, user);
    }
}

/// <summary>A sum.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Fee">Fees in wei.</param>
/// <param name="Actions">Users' requests; a transaction that carries none is one action.</param>
/// <param name="Transactions">Transactions mined; <see langword="null"/> by user, since one may carry several users' requests.</param>
public sealed record SpendRow(SpendKey Key, Wei Fee, long Actions, long? Transactions);

/// <summary>Answers <see cref="SpendQuery"/>.</summary>
internal static class SpendQueryStore
{
    private static readonly DateOnly NoDay = new(2, 1, 1);

    // A constant stands for what is not told apart, so that one order and one cursor serve all groupings.
    private static readonly (SpendGroups Group, string[] Columns, string[] Constants)[] Keys =
    [
        (SpendGroups.Day, ["day"], ["date '0002-01-01'"]),
        (SpendGroups.Purpose, ["purpose"], ["''"]),
        (SpendGroups.Target, ["target", "selector"], ["''::bytea", "''::bytea"]),
        (SpendGroups.User, ["\"user\""], ["''::bytea"]),
    ];

    public static async Task<List<SpendRow>> ReadAsync(NpgsqlConnection connection, SpendQuery query, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql(query.GroupBy), connection)
        {
            Parameters =
            {
                Columns.Longs(query.Chains.Select(chain => chain.Value)),
                Columns.Day(query.From),
                Columns.Day(query.To),
                Columns.Long(query.After?.ChainId.Value ?? 0),
                Columns.Day(query.After?.Day ?? NoDay),
                Columns.Text(query.After?.Purpose ?? ""),
                Columns.Bytes(query.After?.Target?.ToArray() ?? []),
                Columns.Bytes(query.After?.Selector?.ToArray() ?? []),
                Columns.Bytes(query.After?.User?.ToArray() ?? []),
                Columns.Int(query.Limit),
            },
        };
        return await command.ReadListAsync(row => Read(row, query.GroupBy), cancellation);
    }

    /// <summary>The statement of a grouping: one of sixteen, nothing of the caller's is in its text.</summary>
    internal static string Sql(SpendGroups groups)
    {
        var byUser = groups.HasFlag(SpendGroups.User);
        var keys = string.Join(", ", Keys.SelectMany(key => groups.HasFlag(key.Group) ? key.Columns : key.Constants).Select((column, i) => $"{column} as k{i}"));
        return $"""
            select chain_id, k0, k1, k2, k3, k4, sum(fee), sum(actions)::bigint, sum(transactions)::bigint
            from (select chain_id, {keys}, fee, actions, {(byUser ? "null::bigint as transactions" : "transactions")}
                from {(byUser ? "spend_users" : "spend_days")} where chain_id = any($1) and day >= $2 and day <= $3) s
            where (chain_id, k0, k1, k2, k3, k4) > ($4, $5, $6, $7, $8, $9)
            group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6 limit $10
            """;
    }

    private static SpendRow Read(NpgsqlDataReader row, SpendGroups groups) => new(
        new SpendKey(
            new ChainId(row.GetInt64(0)),
            groups.HasFlag(SpendGroups.Day) ? row.GetFieldValue<DateOnly>(1) : null,
            groups.HasFlag(SpendGroups.Purpose) ? row.GetString(2) : null,
            groups.HasFlag(SpendGroups.Target) ? row.GetAddress(3) : null,
            groups.HasFlag(SpendGroups.Target) ? (ReadOnlyMemory<byte>?)row.GetFieldValue<byte[]>(4) : null,
            groups.HasFlag(SpendGroups.User) ? row.GetAddress(5) : null),
        row.GetWei(6), row.GetInt64(7), row.GetLongOrNull(8));
}
