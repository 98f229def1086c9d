using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Treasury.Spend;

/// <summary>Reads the sums of the spend ledger; none of it looks at single transactions.</summary>
internal static class SpendStore
{
    private const string RatesSql = """
        select h.chain_id, h.signer, coalesce(sum(h.fee) filter (where h.hour >= $2), 0), coalesce(sum(h.value) filter (where h.hour >= $2), 0),
            coalesce(sum(h.fee) filter (where h.hour >= $3), 0), coalesce(sum(h.value) filter (where h.hour >= $3), 0), sum(h.fee), sum(h.value),
            greatest((select min(first.hour) from spend_hours first where first.chain_id = h.chain_id), min(s.created_at))
        from spend_hours h join signers s on s.chain_id = h.chain_id and s.address = h.signer
        where h.chain_id = any($1) and h.hour >= $4
        group by h.chain_id, h.signer
        """;

    private const string PricesSql = """
        select chain_id, trunc(sum(fee) / sum(gas)), percentile_disc(0.95) within group (order by trunc(fee / gas))
        from (
            select chain_id, hour, sum(fee) as fee, sum(gas) as gas from spend_hours where chain_id = any($1) and hour >= $2
            group by chain_id, hour having sum(gas) > 0) h
        group by chain_id
        """;

    private const string HoursSql = """
        select hour, sum(fee + case when signer = $4 then 0 else value end)
        from spend_hours where chain_id = $1 and hour >= $2 and hour <= $3 group by hour order by hour
        """;

    /// <summary>What each account spends.</summary>
    public static async Task<IReadOnlyDictionary<(ChainId Chain, Address Signer), AccountSpendRate>> ReadRatesAsync(
        NpgsqlConnection connection, IEnumerable<ChainId> chains, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RatesSql, connection)
        {
            Parameters =
            {
                Columns.Longs(chains.Select(chain => chain.Value)), Columns.Time(HourOf(now.AddDays(-1))), Columns.Time(HourOf(now.AddDays(-7))),
                Columns.Time(HourOf(now.AddDays(-30))),
            },
        };
        return await command.ReadDictionaryAsync(
            row => (new ChainId(row.GetInt64(0)), row.GetAddress(1)),
            row =>
            {
                var history = now - row.GetTime(8);
                return new AccountSpendRate(
                    SpendRate.Of(row.GetWei(2), row.GetWei(4), row.GetWei(6), history), SpendRate.Of(row.GetWei(3), row.GetWei(5), row.GetWei(7), history));
            },
            cancellation);
    }

    /// <summary>What gas cost on each chain in the last 30 days.</summary>
    public static async Task<IReadOnlyDictionary<ChainId, (Wei Mean, Wei Dear)>> ReadPricesAsync(
        NpgsqlConnection connection, IEnumerable<ChainId> chains, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PricesSql, connection)
        {
            Parameters = { Columns.Longs(chains.Select(chain => chain.Value)), Columns.Time(HourOf(now.AddDays(-30))) },
        };
        return await command.ReadDictionaryAsync(row => new ChainId(row.GetInt64(0)), row => (row.GetWei(1), row.GetWei(2)), cancellation);
    }

    /// <summary>What a chain spent in each hour that had any, the council's transfers excluded.</summary>
    public static async Task<IReadOnlyDictionary<DateTimeOffset, Wei>> ReadHoursAsync(
        NpgsqlConnection connection, ChainId chainId, Address council, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(HoursSql, connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Time(from), Columns.Time(to), Columns.Address(council) },
        };
        return await command.ReadDictionaryAsync(row => row.GetTime(0), row => row.GetWei(1), cancellation);
    }

    /// <summary>The hour that a time falls in, UTC.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}

/// <summary>What an account spends in a day.</summary>
/// <param name="Fees">For gas.</param>
/// <param name="Values">Moved by its transactions beside the fees.</param>
internal sealed record AccountSpendRate(SpendRate Fees, SpendRate Values)
{
    public static AccountSpendRate None { get; } = new(SpendRate.None, SpendRate.None);

    public SpendRate All => Fees + Values;
}
