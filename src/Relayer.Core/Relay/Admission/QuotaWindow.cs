namespace Relayer.Core.Relay.Admission;

/// <summary>The windows in which users' quotas are counted.</summary>
internal static class QuotaWindow
{
    public const short Minute = 0;
    public const short Day = 1;

    // The same in SQL.
    public const string MinuteSql = "0";
    public const string DaySql = "1";

    public static DateTimeOffset StartOfMinute(DateTimeOffset now) => Floor(now, TimeSpan.FromMinutes(1));

    public static DateTimeOffset StartOfDay(DateTimeOffset now) => Floor(now, TimeSpan.FromDays(1));

    public static DateTimeOffset EndOfMinute(DateTimeOffset now) => StartOfMinute(now) + TimeSpan.FromMinutes(1);

    public static DateTimeOffset EndOfDay(DateTimeOffset now) => StartOfDay(now) + TimeSpan.FromDays(1);

    /// <summary>Windows that began before this are over, whatever the difference between instances' clocks.</summary>
    public static DateTimeOffset OldestInUse(DateTimeOffset now) => StartOfDay(now) - TimeSpan.FromDays(1);

    private static DateTimeOffset Floor(DateTimeOffset now, TimeSpan window)
    {
        var utc = now.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % window.Ticks));
    }
}
