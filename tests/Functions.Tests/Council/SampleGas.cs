using System.Globalization;
using System.Numerics;
using Functions.Keepers;
using Functions.Treasury;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Council;

/// <summary>What a month of use might look like, with everything that the page has to show.</summary>
internal static class SampleGas
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 30, 5, TimeSpan.Zero);
    private static readonly string[] Signers = [.. Enumerable.Range(1, 4).Select(i => AddressOf(i))];
    private static readonly DaysLeftAnswer Some = new("days", 41.3m);

    public static RunwayAnswer Runway { get; } = new(new("days", 38.9m), Some, new("days", 44.7m), new("days", 12.6m));

    public static GasAnswer Healthy { get; } = Create("healthy", incidents: []);

    public static GasAnswer Troubled { get; } = Create("critical", incidents:
    [
        new(7, "top_up_anomaly", "critical", 10, Signers[0], "Signer 0x…01 spends far more than it used to",
            "0.42 ether in the last hour; the most of any hour before was 0.031. Top-ups are stopped.", true, Now.AddHours(-3), Now.AddHours(-3), null, null, null),
        new(8, "council_low", "warning", 8453, null, "The council's wallet is low", "<script>alert(1)</script> 0.8 ether are missing; the signers last 6 days.",
            false, Now.AddDays(-1), Now.AddMinutes(-5), null, null, null),
    ]);

    public static GasAnswer Empty { get; } = new(
        Now, "attention", new(new("unknown", null), new("unknown", null), new("unknown", null), new("unknown", null)),
        new(Total(0, 0), Total(0, 0), Total(0, 0), [], [], []),
        [
            new(1, "ethereum", null, null, new(Ether(0), Ether(0), Ether(0)), new(new("no_spend", null), new("no_spend", null), new("no_spend", null), new("no_spend", null)),
                new("0", "0", "0"), [], new(false, false, Ether(0), Rules, []), [], [], BudgetsAnswer.Of(null), new(1, 1, true)),
        ],
        new([], []));

    public static KeepersAnswer Keepers { get; } = new(
    [
        new("settlement", 10, false, Now, "done", 3, 1, new Dictionary<string, long> { ["found"] = 812, ["sent"] = 14, ["won"] = 13, ["lost"] = 790 },
            [
                new("failed", "reverted", 1, Now, "market 100 account 17 at 1795263595", "InsufficientMargin(-5, 10) <b>not markup</b>"),
                new("lost", "community", 790, Now, "market 100 account 18 at 1795263600", null),
                new("won", "won", 13, Now, "market 100 account 19 at 1795263605", "settled"),
            ],
            [new("settlement", "backstop", false, "100000000000000000", "2000000000000000", "13000000000000000", null)]),
        new("upkeep", 8453, true, null, null, 0, 0, new Dictionary<string, long>(), [], [new("rebalance", "profit", true, "0", "0", "0", Now.AddHours(1))]),
    ]);

    private static TopUpRulesAnswer Rules => new(Ether(0.5), Ether(1), Ether(3), Ether(0.25), 3600);

    private static GasAnswer Create(string status, IReadOnlyList<IncidentAnswer> incidents) => new(
        Now, status, Runway,
        new(
            Total(0.0312, 1_402), Total(0.274, 11_900), Total(1.163, 50_311),
            [Purpose("relay", 1.021, 49_800), Purpose("settlement", 0.11, 480), Purpose("top_up", 0.0021, 25), Purpose("noop", 0.00003, 6)],
            [.. Enumerable.Range(0, 5).Select(i => new TargetSpendAnswer(
                10, "relay", AddressOf(40 + i), $"0xd09de0{i:x2}", Ether(0.5 / (i + 1)), 20_000 / (i + 1), 9_000 / (i + 1)))],
            [.. Days(30).SelectMany((day, i) => Daily(day, i))]),
        [Chain(10, "optimism", "agreed"), Chain(8453, "base", "disputed")],
        new(incidents, [new(3, "provider_down", "warning", 10, null, "A provider does not answer", "rpc.example:443", false, Now.AddDays(-9), Now.AddDays(-9),
            Now.AddDays(-9).AddHours(2), null, "it answers again")]));

    private static IEnumerable<DaySpendAnswer> Daily(string day, int i)
    {
        foreach (var chain in new long[] { 10, 8453 })
        {
            yield return new(day, chain, "relay", Ether(0.012 + (0.006 * Math.Sin(i / 2.0))), 800 + i, 300 + i);
            yield return new(day, chain, "settlement", Ether(0.003 + (0.001 * Math.Cos(i))), 20, 20);
            yield return new(day, chain, "top_up", Ether(0.00007), 1, 1);
        }
    }

    private static ChainGasAnswer Chain(long id, string name, string agreement) => new(
        id, name,
        new(128_400_123, HashOf(1), Now.AddSeconds(-14), Now.AddSeconds(-12), 12, agreement,
        [
            new("rpc-one.example:443", "answered", 128_400_124, Now, HashOf(1), null),
            new("rpc-two.example:443", agreement == "disputed" ? "differs" : "answered", 128_400_124, Now, HashOf(1), null),
            new("rpc-three.example:443", "silent", null, null, null, "cannot be reached"),
        ]),
        agreement == "disputed" ? null : Ether(6.2), new(Ether(0.021), Ether(0.0195), Ether(0.0188)), Runway, new("1000000", "4000000", "8000000"),
        [
            new(AddressOf(99), "council", Ether(4.9), null, null, null, false, new(0, Ether(0)), 77, 77, 0, false, null,
                new(Ether(0.021), Ether(0.0195), Ether(0.0188)), Runway, new(1, 128_400_100, Now)),
            .. Signers.Select((signer, i) => new AccountAnswer(
                signer, "signer", agreement == "disputed" && i == 1 ? null : Ether(0.52 - (0.14 * i)),
                agreement == "disputed" && i == 1 ? [new("rpc-one.example:443", Ether(0.4), 12), new("rpc-two.example:443", Ether(0.2), 12)] : null,
                Ether(0.2), Ether(0.5), i == 3, new(i * 3, Ether(0.001 * i)), 4_000 + i, 4_000 + i + (i * 3), i * 3, i == 3, i == 3 ? "balance" : null,
                new(Ether(0.005), Ether(0.005), Ether(0.005)), Runway, i == 2 ? null : new(1, 128_400_100, Now))),
        ],
        new(true, agreement == "disputed", Ether(0.3), Rules,
        [
            .. Enumerable.Range(0, 5).Select(i => new TopUpAnswer(
                $"{i}", id, AddressOf(99), Signers[i % 4], i == 0 ? "under_way" : "received", Ether(0.3), i == 0 ? null : Ether(0.3), Ether(0.3),
                i == 0 ? null : Ether(0.00002), i == 0 ? null : HashOf(50 + i), i == 0 ? null : 128_300_000 - i, 128_299_990, Now.AddHours(-i * 20), Now)),
        ]),
        [new(AddressOf(99), Ether(5), 128_000_000, 128_000_007, HashOf(9), AddressOf(77), "event", Now.AddDays(-12))],
        [
            .. Days(30).SelectMany((day, i) => Signers.Append(AddressOf(99)).Select((account, s) => new DayBalanceAnswer(
                day, account, s == 4 ? "council" : "signer", 127_000_000 + (i * 43_200), i == 11 && s == 2 ? null : Ether(s == 4 ? 6.5 - (0.05 * i) : 0.5 - (((i + (s * 7)) % 20) * 0.012))))),
        ],
        new(
            new(Ether(0.0125), Ether(0.05)),
            [
                new("chain", null, null, "room", new(Ether(0.25), Ether(0.031), Ether(0.004)), new(Ether(1), Ether(0.36), Ether(0.004))),
                new("target", null, AddressOf(40), "spent", new(Ether(0.01), Ether(0.0095), Ether(0.0005)), new(null, Ether(0.02), Ether(0.0005))),
                new("value", null, null, "low", new(null, Ether(0), Ether(0)), new(Ether(0.1), Ether(0.085), Ether(0))),
            ]),
        id == 10 ? new(3, 2, false) : new(2, 1, true));

    private static IEnumerable<string> Days(int count) => Enumerable.Range(0, count)
        .Select(i => DateOnly.FromDateTime(Now.UtcDateTime).AddDays(i + 1 - count).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static SpendTotal Total(double ether, long actions) => new(Ether(ether), actions, actions / 2);

    private static PurposeSpend Purpose(string name, double ether, long actions) => new(name, Ether(ether), actions, actions / 2);

    private static Amount Ether(double ether) => Amount.Of(new Wei(UInt256.Parse(((BigInteger)(ether * 1e15) * 1_000).ToString(CultureInfo.InvariantCulture))));

    private static string AddressOf(int i) => Address.Parse("0x" + i.ToString("x40", CultureInfo.InvariantCulture)).ToString();

    private static string HashOf(int i) => "0x" + i.ToString("x64", CultureInfo.InvariantCulture);
}
