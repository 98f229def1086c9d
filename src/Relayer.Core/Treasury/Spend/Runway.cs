using System.Numerics;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Treasury.Spend;

/// <summary>How long money lasts. Pure.</summary>
/// <param name="Day">Days left at the spend rate of the last day.</param>
/// <param name="Week">Days left at the spend rate of the last 7 days.</param>
/// <param name="Month">Days left at the spend rate of the last 30 days.</param>
/// <param name="Stressed">Days left at the spend rate of the last 30 days and a stressed fee.</param>
public sealed record Runway(DaysLeft Day, DaysLeft Week, DaysLeft Month, DaysLeft Stressed)
{
    /// <summary>Nothing is known of the balance.</summary>
    public static Runway Unknown { get; } = new(new(null, true), new(null, true), new(null, true), new(null, true));

    /// <summary>Counts.</summary>
    /// <param name="balance">Wei; <see langword="null"/> when it is not known.</param>
    /// <param name="rate">What is spent.</param>
    /// <param name="prices">What gas cost.</param>
    public static Runway Of(Wei? balance, SpendRate rate, GasPrices prices) => balance is not { } wei
        ? Unknown
        : new(DaysLeft.Of(wei, rate.Day), DaysLeft.Of(wei, rate.Week), DaysLeft.Of(wei, rate.Month), DaysLeft.Of(wei, prices.Stress(rate.Month)));

    /// <summary>The lesser of two, figure by figure: money of one chain does not pay on another.</summary>
    public static Runway Lesser(Runway one, Runway other) => new(
        DaysLeft.Lesser(one.Day, other.Day), DaysLeft.Lesser(one.Week, other.Week), DaysLeft.Lesser(one.Month, other.Month),
        DaysLeft.Lesser(one.Stressed, other.Stressed));
}

/// <summary>Days that money lasts.</summary>
/// <param name="Days">How many, to a tenth, rounded down; <see langword="null"/> when nothing is spent or the balance is not known.</param>
/// <param name="IsSpending">False when nothing is spent: then there is no end to it.</param>
public readonly record struct DaysLeft(decimal? Days, bool IsSpending)
{
    /// <summary>More than this says nothing.</summary>
    private const int Most = 99_999;

    /// <summary>Counts.</summary>
    public static DaysLeft Of(Wei balance, Wei spendPerDay) => spendPerDay.IsZero
        ? new(null, false)
        : new((decimal)BigInteger.Min(balance.ToBigInteger() * 10 / spendPerDay.ToBigInteger(), Most * 10) / 10, true);

    /// <summary>The lesser; one that is not known is less than all, one without spending more.</summary>
    public static DaysLeft Lesser(DaysLeft one, DaysLeft other) => (one.IsSpending, other.IsSpending) switch
    {
        (false, _) => other,
        (_, false) => one,
        _ => one.Days is null || other.Days is null ? new(null, true) : new(decimal.Min(one.Days.Value, other.Days.Value), true),
    };
}

/// <summary>What is spent in a day, in wei, by how far one looks back.</summary>
/// <param name="Day">In the last 24 hours.</param>
/// <param name="Week">The mean of the last 7 days.</param>
/// <param name="Month">The mean of the last 30 days.</param>
public sealed record SpendRate(Wei Day, Wei Week, Wei Month)
{
    /// <summary>None.</summary>
    public static SpendRate None { get; } = new(Wei.Zero, Wei.Zero, Wei.Zero);

    /// <summary>The mean over what there is of each window: two days of history are not seven.</summary>
    /// <param name="day">Spent in the last day.</param>
    /// <param name="week">Spent in the last 7 days.</param>
    /// <param name="month">Spent in the last 30 days.</param>
    /// <param name="history">How long ago the first spending was.</param>
    public static SpendRate Of(Wei day, Wei week, Wei month, TimeSpan history) => new(day, PerDay(week, 7, history), PerDay(month, 30, history));

    /// <summary>The most of the windows: what the marks in days go by.</summary>
    public Wei Present => Wei.Max(Day, Week);

    /// <summary>The sum, window by window.</summary>
    public static SpendRate operator +(SpendRate one, SpendRate other) => new(one.Day + other.Day, one.Week + other.Week, one.Month + other.Month);

    private static Wei PerDay(Wei spent, int days, TimeSpan history)
    {
        var hours = (ulong)Math.Clamp(Math.Ceiling(history.TotalHours), 24, days * 24);
        return spent * 24 / hours;
    }
}

/// <summary>What gas cost in the last 30 days, in wei per gas.</summary>
/// <param name="Mean">All that was paid by all gas that was used.</param>
/// <param name="Dear">The 95th percentile of the hours' means.</param>
/// <param name="StressPercent">By how much the stressed fee exceeds it, in percent.</param>
public sealed record GasPrices(Wei Mean, Wei Dear, int StressPercent)
{
    /// <summary>The fee that the stressed runway goes by: at least the mean.</summary>
    public Wei Stressed => Wei.Max(Mean, Dear * (ulong)StressPercent / 100);

    /// <summary>A spend rate at the stressed fee.</summary>
    public Wei Stress(Wei rate) => Mean.IsZero
        ? rate
        : new Wei(UInt256.From(rate.ToBigInteger() * Stressed.ToBigInteger() / Mean.ToBigInteger()));
}
