using System.Globalization;
using Functions.Relay;
using Relayer.Core.Ethereum;
using Relayer.Core.Treasury.Reports;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Functions.Treasury;

/// <summary>Reads what is asked for of the gas records, and remembers the first parameter that is wrong.</summary>
internal sealed class GasQuery(IQueryCollection query, IReadOnlyList<ChainId> chains, DateTimeOffset now)
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1_000;
    private const int LargestTable = 10_000;
    private const int MostDays = 400;
    private const int MostDaysByUser = 31;

    private readonly QueryReader _numbers = new(query);
    private string? _fault;

    /// <summary>What is wrong; <see langword="null"/> while all is well.</summary>
    public string? Fault => _fault ?? _numbers.Fault;

    /// <summary>Wanted as a table.</summary>
    public bool IsCsv => Text("format") switch
    {
        "csv" => true,
        "json" or null => false,
        _ => Refuse("format must be json or csv.", false),
    };

    /// <summary>Rows on a page, and one more to see whether there is another.</summary>
    private int Limit => 1 + (int)_numbers.ReadInteger("limit", DefaultPage, 1, IsCsv ? LargestTable : LargestPage);

    public SpendQuery ReadSpend()
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var groups = ReadGroups();
        var to = ReadDay("to", today);
        var from = ReadDay("from", to.AddDays(to.DayNumber >= 29 ? -29 : 0));
        var most = groups.HasFlag(SpendGroups.User) ? MostDaysByUser : MostDays;
        if (to < from || to.DayNumber - from.DayNumber >= most)
        {
            Refuse($"from must not be after to, and the two at most {most} days apart ({MostDaysByUser} by user).", 0);
        }

        var after = ReadCursor(SpendKey.Decode);
        return new SpendQuery(ReadChains(), from, to, groups, after, Limit);
    }

    public TopUpQuery ReadTopUps()
    {
        var chain = ReadChains();
        var before = ReadCursor(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? (long?)place : null);
        return new TopUpQuery(
            query.ContainsKey("chainId") ? chain[0] : null, ReadTime("from", DateTimeOffset.UnixEpoch), ReadTime("to", now.AddDays(1)),
            before ?? long.MaxValue, Limit);
    }

    public HistoryQuery ReadHistory()
    {
        Address? account = null;
        if (Text("account") is { } text)
        {
            account = Address.TryParse(text, out var address) ? address : Refuse("account must be an address.", default(Address));
        }

        return new HistoryQuery(
            ReadChains(), account, ReadTime("from", now.AddDays(-7)), ReadTime("to", now.AddDays(1)), ReadCursor(Cursors.ToHistoryKey), Limit);
    }

    private IReadOnlyList<ChainId> ReadChains() =>
        _numbers.ReadInteger("chainId", 0, 1, long.MaxValue) is var chain && chain == 0 ? chains : [new ChainId(chain)];

    private SpendGroups ReadGroups()
    {
        var groups = SpendGroups.None;
        foreach (var name in (Text("groupBy") ?? "day,purpose").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            groups |= name switch
            {
                "day" => SpendGroups.Day,
                "purpose" => SpendGroups.Purpose,
                "target" => SpendGroups.Target,
                "user" => SpendGroups.User,
                _ => Refuse("groupBy must list some of day, purpose, target and user.", SpendGroups.None),
            };
        }

        return groups;
    }

    private DateOnly ReadDay(string name, DateOnly otherwise) => Text(name) is not { } text ? otherwise
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : Refuse($"{name} must be a day such as 2026-09-30.", otherwise);

    private DateTimeOffset ReadTime(string name, DateTimeOffset otherwise) => Text(name) is not { } text ? otherwise
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time > DateTimeOffset.UnixEpoch.AddYears(-1) ? time
        : Refuse($"{name} must be a time such as 2026-09-30T12:00:00Z.", otherwise);

    private T? ReadCursor<T>(Func<string, T?> read) => Text("cursor") is not { } cursor ? default
        : Cursors.Decode(cursor) is { } text && read(text) is { } key ? key
        : Refuse("cursor must be the nextCursor of the page before.", default(T));

    private string? Text(string name) => query.ContainsKey(name) ? query[name].ToString() : null;

    private T Refuse<T>(string fault, T otherwise)
    {
        _fault ??= fault;
        return otherwise;
    }
}
