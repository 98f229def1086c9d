using System.Numerics;
using Abuse.Attacks;
using Abuse.Audit;
using Abuse.World;
using Load;

namespace Abuse.Singles;

/// <summary>How one attack ended.</summary>
/// <param name="Attack">Which.</param>
/// <param name="Cost">What the attackers' relays cost, in wei.</param>
/// <param name="Fullest">The budget of which the most was spent.</param>
/// <param name="Quiet">What honest users got before.</param>
/// <param name="Under">What they got meanwhile.</param>
/// <param name="Kept">How often the keeper did its work meanwhile.</param>
/// <param name="Busy">How busy the machine was, in percent.</param>
/// <param name="IsAlive">The process is still the same one.</param>
/// <param name="Broken">What the audit found.</param>
/// <param name="Answers">How often each answer was given.</param>
/// <param name="Output">The instance's last lines.</param>
internal sealed record AttackReport(
    Attack Attack, BigInteger Cost, Share? Fullest, IReadOnlyCollection<Wish> Quiet, IReadOnlyCollection<Wish> Under, ulong Kept, int Busy, bool IsAlive,
    IReadOnlyList<string> Broken, IReadOnlyDictionary<string, int> Answers, string Output)
{
    /// <summary>Above it times are the machine's, not the app's.</summary>
    private const int Saturated = 90;

    private const int LeastServed = 95;

    /// <summary>Until the door was closed to all anonymous callers.</summary>
    private IReadOnlyCollection<Wish> UntilClosed => [.. Under.OrderBy(wish => wish.At).TakeWhile(wish => !wish.FoundClosedDoor)];

    /// <summary>Of those who came until the door was closed, in percent; <see langword="null"/> where nobody did.</summary>
    public int? Served => UntilClosed is { Count: > 0 } came ? came.Count(wish => wish.Answer.IsAccepted) * 100 / came.Count : null;

    /// <summary>Of all who came, in percent.</summary>
    public int ServedInAll => Under.Count == 0 ? 0 : Under.Count(wish => wish.Answer.IsAccepted) * 100 / Under.Count;

    public TimeSpan QuietP50 => P50(Quiet);

    public TimeSpan P50Under => P50(UntilClosed);

    public bool IsSaturated => Busy >= Saturated;

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<string> Violations =>
    [
        .. Broken,
        .. IsAlive ? [] : new[] { "the process did not survive" },
        .. Kept > 0 ? [] : new[] { "the keeper did nothing" },
        .. Served is { } served && served < LeastServed && !IsSaturated ? new[] { $"{served} % of honest users were served while the door was open" } : [],
        .. !IsSaturated && QuietP50 > TimeSpan.Zero && P50Under > 2 * QuietP50 ? new[] { $"p50 {P50Under.TotalMilliseconds:0} ms, quiet {QuietP50.TotalMilliseconds:0} ms" } : [],
    ];

    private static TimeSpan P50(IEnumerable<Wish> wishes) => Quantiles.Of(wishes.Where(wish => wish.Answer.IsAccepted).Select(wish => wish.Took)).P50;
}
