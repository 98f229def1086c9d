using System.Numerics;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Breakers;

/// <summary>What a breaker is for. The numbers are stored.</summary>
public enum BreakerScope
{
    /// <summary>A function of a contract.</summary>
    Function = 1,

    /// <summary>A user.</summary>
    User = 2,
}

/// <summary>Which breaker.</summary>
/// <param name="Scope">What it is for.</param>
/// <param name="IsKnown">Of known callers; strangers cannot open theirs.</param>
/// <param name="Subject">A contract and a selector, or a user; in hexadecimal.</param>
public readonly record struct BreakerKey(BreakerScope Scope, bool IsKnown, string Subject);

/// <summary>How the calls behind a breaker ended lately. Pure: outcomes in, pauses out.</summary>
/// <remarks>
/// A call that passed the simulation and fails on chain is paid for. One may fail by chance, since others act in between; when half of
/// the last ones fail, the simulation does not tell the truth about them, and nothing more is paid for until the pause is over. Each time it
/// opens again, the pause is twice as long.
/// </remarks>
/// <param name="Recent">The last outcomes, the newest in the lowest bit; 1 for a failure.</param>
/// <param name="Seen">How many of them there are.</param>
/// <param name="Strikes">How often it opened since it was last quiet for an hour.</param>
/// <param name="OpenUntil">Nothing more is paid for until then.</param>
/// <param name="FailedAt">When the last one failed.</param>
/// <param name="Reason">Why that failed.</param>
/// <param name="HourAt">The hour that the next figure is of.</param>
/// <param name="HourLost">Wei lost to failures in that hour.</param>
public sealed record BreakerState(
    ulong Recent, int Seen, int Strikes, DateTimeOffset? OpenUntil, DateTimeOffset? FailedAt, string? Reason, DateTimeOffset? HourAt, Wei HourLost)
{
    /// <summary>Outcomes looked back on.</summary>
    internal const int Window = 20;

    private const int FunctionFailures = 5;
    private const int UserFailures = 3;
    private const int FailuresAgain = 2;
    private static readonly Backoff Pauses = new(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(15));
    private static readonly TimeSpan Quiet = TimeSpan.FromHours(1);

    /// <summary>Nothing was seen yet.</summary>
    public static BreakerState Fresh { get; } = new(0, 0, 0, null, null, null, null, Wei.Zero);

    /// <summary>True while nothing more is paid for.</summary>
    public bool IsOpen(DateTimeOffset now) => OpenUntil > now;

    /// <summary>How many of the last ones failed.</summary>
    public int Failures => BitOperations.PopCount(Recent);

    /// <summary>The state after a call that went well.</summary>
    public BreakerState Succeed() => this with { Recent = (Recent << 1) & ((1UL << Window) - 1), Seen = Math.Min(Seen + 1, Window) };

    /// <summary>The state after a call that failed.</summary>
    /// <param name="scope">What the breaker is for.</param>
    /// <param name="reason">Why it failed.</param>
    /// <param name="cost">What was paid for it.</param>
    /// <param name="mostLost">The most that may be lost in an hour; <see langword="null"/> for no limit.</param>
    /// <param name="now">The time.</param>
    public BreakerState Fail(BreakerScope scope, string? reason, Wei cost, Wei? mostLost, DateTimeOffset now)
    {
        var hour = new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero);
        var strikes = FailedAt is { } last && now - last > Quiet ? 0 : Strikes;
        var next = Succeed() with
        {
            Strikes = strikes,
            FailedAt = now,
            Reason = reason ?? "it failed without a reason",
            HourAt = hour,
            HourLost = (HourAt == hour ? HourLost : Wei.Zero) + cost,
        };
        next = next with { Recent = next.Recent | 1 };
        var enough = strikes > 0 ? FailuresAgain : scope == BreakerScope.User ? UserFailures : FunctionFailures;
        if (!IsOpen(now) && next.Failures >= enough && next.Failures * 2 >= next.Seen)
        {
            next = next with { Recent = 0, Seen = 0, Strikes = strikes + 1, OpenUntil = now + Pauses.After(strikes + 1) };
        }

        // Beyond what an hour may lose, only this waits, and until the hour is over.
        return mostLost is { } most && next.HourLost > most && !(next.OpenUntil > hour + Quiet) ? next with { OpenUntil = hour + Quiet } : next;
    }
}
