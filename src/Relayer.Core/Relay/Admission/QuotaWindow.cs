namespace Relayer.Core.Relay.Admission;

/// <summary>The windows in which users' quotas are counted.</summary>
internal static class QuotaWindow
{
    public const short Minute = 0;
    public const short Day = 1;

    // The same in SQL.
    public const string MinuteSql = "0";
    public const string DaySql = "1";

    private const string MinuteCheck = "within_minute_quota";

    public static DateTimeOffset StartOfMinute(DateTimeOffset now) => Floor(now, TimeSpan.FromMinutes(1));

    public static DateTimeOffset StartOfDay(DateTimeOffset now) => Floor(now, TimeSpan.FromDays(1));

    public static DateTimeOffset EndOfMinute(DateTimeOffset now) => StartOfMinute(now) + TimeSpan.FromMinutes(1);

    public static DateTimeOffset EndOfDay(DateTimeOffset now) => StartOfDay(now) + TimeSpan.FromDays(1);

    /// <summary>How long the window lasts whose quota the database's check refused to exceed.</summary>
    /// <param name="check">The check's name.</param>
    /// <param name="now">Now.</param>
    public static TimeSpan Rest(string? check, DateTimeOffset now) => (check == MinuteCheck ? EndOfMinute(now) : EndOfDay(now)) - now;

    /// <summary>Windows that began before this are over, whatever the difference between instances' clocks.</summary>
    public static DateTimeOffset OldestInUse(DateTimeOffset now) => StartOfDay(now) - TimeSpan.FromDays(1);

    private static DateTimeOffset Floor(DateTimeOffset now, TimeSpan window)
    {
        var utc = now.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % window.Ticks));
    }
}
