using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Budgets;

/// <summary>How a budget stands in the present hour and day. Pure.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Hour">This hour.</param>
/// <param name="Day">This day.</param>
/// <param name="RefusedAt">When a request was last refused for it.</param>
/// <param name="Now">The database's time.</param>
public sealed record BudgetStanding(Budget Budget, BudgetUse Hour, BudgetUse Day, DateTimeOffset? RefusedAt, DateTimeOffset Now)
{
    /// <summary>Relays take seconds to end, and most then have cost half of what they held.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    /// <summary>How full it is: the fuller of the two; spent, where a request was refused for it in this hour.</summary>
    public BudgetLevel Level => RefusedAt >= EndOfHour.AddHours(-1) ? BudgetLevel.Spent : (BudgetLevel)Math.Max((int)LevelOf(Hour, Budget.Limit.Hour), (int)LevelOf(Day, Budget.Limit.Day));

    /// <summary>One that nothing was taken from.</summary>
    internal static BudgetStanding Untouched(Budget budget, DateTimeOffset now) => new(budget, default, default, null, now);

    /// <summary>The same after something more was taken.</summary>
    internal BudgetStanding With(Wei amount) => this with
    {
        Hour = Hour with { Held = Hour.Held + amount },
        Day = Day with { Held = Day.Held + amount },
    };

    /// <summary>Why so much more cannot be taken; <see langword="null"/> when it can.</summary>
    internal Refusal? Refuse(ChainId chainId, Wei amount)
    {
        // Where both are short, the day's is the one to wait for.
        return Refuse("a day", Day, Budget.Limit.Day, EndOfDay) ?? Refuse("an hour", Hour, Budget.Limit.Hour, EndOfHour);

        Refusal? Refuse(string time, BudgetUse use, Wei? limit, DateTimeOffset end) => limit is { } most && use.Total + amount > most
            ? new Refusal(
                RefusalCode.BudgetSpent,
                $"{Whose(chainId)} may cost {most} wei {time} (UTC): {use.Spent} is spent, {use.Held} is held for what is under way, and this request would hold {amount}.",
                RetryAfter: use.Spent + amount > most ? end - Now : TimeSpan.FromTicks(Math.Min(Soon.Ticks, (end - Now).Ticks)),
                IsCallersShare: Budget.Scope is BudgetScope.User or BudgetScope.Client)
            : null;
    }

    private static BudgetLevel LevelOf(BudgetUse use, Wei? limit) => limit is not { } most || most.IsZero ? BudgetLevel.Room
        : use.Total >= most - (most / 100) ? BudgetLevel.Spent
        : use.Total >= most - (most / 5) ? BudgetLevel.Low
        : BudgetLevel.Room;

    private DateTimeOffset EndOfHour => new(Now.UtcDateTime.Date.AddHours(Now.UtcDateTime.Hour + 1), TimeSpan.Zero);

    private DateTimeOffset EndOfDay => new(Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    /// <summary>Whose it is, in words.</summary>
    internal string Whose(ChainId chainId) => Budget.Scope switch
    {
        BudgetScope.Chain => $"All relays on chain {chainId}",
        BudgetScope.Value => $"Relays with value on chain {chainId}",
        BudgetScope.Target => "Relays to this function",
        BudgetScope.Anonymous => $"Relays of callers that are not known, on chain {chainId},",
        BudgetScope.Client => "This API client's relays",
        _ => "One user's relays",
    };
}

/// <summary>How full a budget is.</summary>
public enum BudgetLevel
{
    /// <summary>Less than four fifths are used.</summary>
    Room,

    /// <summary>Four fifths are used.</summary>
    Low,

    /// <summary>A request was refused, or less than a hundredth is left.</summary>
    Spent,
}

/// <summary>What was taken of a budget in an hour or a day.</summary>
/// <param name="Held">For what is under way, at its worst; wei.</param>
/// <param name="Spent">By what has ended; wei.</param>
public readonly record struct BudgetUse(Wei Held, Wei Spent)
{
    /// <summary>Both.</summary>
    public Wei Total => Held + Spent;
}
