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
/// <param name="Kept">What keepers had to do meanwhile, and did.</param>
/// <param name="Load">How busy the machine was meanwhile.</param>
/// <param name="IsAlive">The process is still the same one.</param>
/// <param name="Broken">What the audit found.</param>
/// <param name="Answers">How often each answer was given.</param>
/// <param name="Output">The instance's last lines.</param>
internal sealed record AttackReport(
    Attack Attack, BigInteger Cost, Share? Fullest, ServedUsers Quiet, ServedUsers Under, WorkDone Kept, MachineLoad Load, bool IsAlive,
    IReadOnlyList<string> Broken, IReadOnlyDictionary<string, int> Answers, string Output)
{
    private const int LeastServed = 95;

    /// <summary>Until the door was closed to all anonymous callers.</summary>
    private IReadOnlyCollection<Wish> UntilClosed => [.. Under.Anonymous.OrderBy(wish => wish.At).TakeWhile(wish => !wish.FoundClosedDoor)];

    /// <summary>Of the anonymous who came until the door was closed, in percent; <see langword="null"/> where nobody did.</summary>
    public int? Served => Percent(UntilClosed);

    /// <summary>Of all anonymous who came, in percent.</summary>
    public int? ServedInAll => Percent(Under.Anonymous);

    /// <summary>Of the API client's users, in percent.</summary>
    public int? KnownServed => Percent(Under.Known);

    /// <summary>Of the users that the contract admits, in percent.</summary>
    public int? AdmittedServed => Percent(Under.Admitted);

    public TimeSpan QuietP50 => P50(Quiet.All);

    public TimeSpan AnonymousP50 => P50(UntilClosed);

    public TimeSpan KnownP50 => P50(Under.Known);

    public TimeSpan AdmittedP50 => P50(Under.Admitted);

    /// <summary>How busy it was in all.</summary>
    public Busyness Busy => Load.Until();

    /// <summary>The same until the door was closed.</summary>
    public Busyness BusyUntilClosed => Load.Until(Under.Anonymous.Where(wish => wish.FoundClosedDoor).Select(wish => (long?)wish.At).Min());

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<string> Violations =>
    [
        .. Broken,
        .. IsAlive ? [] : new[] { "the process did not survive" },
        .. Kept.Upkeeps > 0 ? [] : new[] { "the keeper of upkeeps did nothing" },
        .. Kept is { Committed: > 0, Settled: 0 } ? new[] { $"no settlement under attack although {Kept.Committed} orders were committed" } : [],
        .. Of("anonymous users, while the door was open,", Served, AnonymousP50, BusyUntilClosed),
        .. Of("the API client's users", KnownServed, KnownP50, Busy),
        .. Of("admitted users", AdmittedServed, AdmittedP50, Busy),
    ];

    private IEnumerable<string> Of(string whose, int? served, TimeSpan p50, Busyness busy)
    {
        if (served < LeastServed)
        {
            yield return $"{served} % of {whose} were served";
        }

        if (p50 > 2 * QuietP50 && !busy.IsSaturated)
        {
            yield return $"p50 of {whose} {p50.TotalMilliseconds:0} ms, quiet {QuietP50.TotalMilliseconds:0} ms";
        }
    }

    private static int? Percent(IReadOnlyCollection<Wish> came) => came.Count == 0 ? null : came.Count(wish => wish.Answer.IsAccepted) * 100 / came.Count;

    private static TimeSpan P50(IEnumerable<Wish> wishes) => Quantiles.Of(wishes.Where(wish => wish.Answer.IsAccepted).Select(wish => wish.Took)).P50;
}

/// <summary>What honest users got.</summary>
/// <param name="Anonymous">Those that nobody knows.</param>
/// <param name="Known">Those of the API client.</param>
/// <param name="Admitted">Those that the contract admits.</param>
internal sealed record ServedUsers(IReadOnlyCollection<Wish> Anonymous, IReadOnlyCollection<Wish> Known, IReadOnlyCollection<Wish> Admitted)
{
    public IEnumerable<Wish> All => Anonymous.Concat(Known).Concat(Admitted);
}
