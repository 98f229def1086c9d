using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Keepers.Records;

namespace Functions.Keepers;

/// <summary>The configured keepers.</summary>
/// <param name="Keepers">One for each kind and chain.</param>
public sealed record KeepersAnswer(IReadOnlyList<KeeperAnswer> Keepers);

/// <summary>A keeper as it stands.</summary>
/// <param name="Name">Its name: the purpose of its transactions.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Paused">An operator stopped it.</param>
/// <param name="LastRunAt">When it last ran.</param>
/// <param name="LastOutcome"><c>done</c>, <c>paused</c>, <c>unavailable</c>, <c>chain_stalled</c>, <c>failed</c> (the log says why), or <c>running</c> while it never finished.</param>
/// <param name="Open">Work that waits.</param>
/// <param name="UnderWay">Work that a transaction is under way for.</param>
/// <param name="LastDay">Decisions of the last 24 hours, by kind: <c>found</c>, <c>skipped</c>, <c>sent</c>, <c>won</c>, <c>lost</c>, <c>failed</c>, <c>dropped</c>.</param>
/// <param name="Reasons">The same by reason, the newest first: why work was skipped, who was faster, what failed and how.</param>
/// <param name="Lanes">What has a budget of its own.</param>
public sealed record KeeperAnswer(
    string Name, long ChainId, bool Paused, DateTimeOffset? LastRunAt, string? LastOutcome, long Open, long UnderWay,
    IReadOnlyDictionary<string, long> LastDay, IReadOnlyList<ReasonAnswer> Reasons, IReadOnlyList<LaneAnswer> Lanes)
{
    /// <summary>Shows a standing.</summary>
    public static KeeperAnswer Of(KeeperStanding keeper) => new(
        keeper.Name, keeper.ChainId.Value, keeper.IsPaused, keeper.LastRunAt, keeper.LastOutcome, keeper.Open, keeper.UnderWay,
        keeper.LastDay, [.. keeper.Reasons.Select(ReasonAnswer.Of)], [.. keeper.Lanes.Select(LaneAnswer.Of)]);
}

/// <summary>How often something was decided for one reason.</summary>
/// <param name="Decision"><c>found</c>, <c>skipped</c>, <c>sent</c>, <c>won</c>, <c>lost</c>, <c>failed</c> or <c>dropped</c>.</param>
/// <param name="Reason">A stable code.</param>
/// <param name="Count">How often; a piece of work counts again when its reason changes.</param>
/// <param name="LastAt">When last.</param>
/// <param name="LastSubject">About what, that time.</param>
/// <param name="LastDetail">More about that time, in words; a contract's error decoded.</param>
public sealed record ReasonAnswer(string Decision, string Reason, long Count, DateTimeOffset LastAt, string LastSubject, string? LastDetail)
{
    /// <summary>Shows a reason.</summary>
    public static ReasonAnswer Of(ReasonStanding reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new(reason.Decision, reason.Reason, reason.Count, reason.LastAt, reason.LastSubject, reason.LastDetail);
    }
}

/// <summary>What has a budget and a breaker of its own.</summary>
/// <param name="Name">An upkeep's name, or the keeper's.</param>
/// <param name="Mode"><c>backstop</c> or <c>profit</c>.</param>
/// <param name="DryRun">Nothing is sent.</param>
/// <param name="BudgetWei">What it may lose in a day (UTC), decimal.</param>
/// <param name="HeldWei">The most that what is under way can cost, decimal.</param>
/// <param name="SpentWei">What was lost today, decimal.</param>
/// <param name="BreakerOpenUntil">It stands still until then.</param>
public sealed record LaneAnswer(
    string Name, string Mode, bool DryRun, string BudgetWei, string HeldWei, string SpentWei, DateTimeOffset? BreakerOpenUntil)
{
    /// <summary>Shows a standing.</summary>
    public static LaneAnswer Of(LaneStanding lane) => new(
        lane.Limits.Lane, lane.Limits.ForProfit ? "profit" : "backstop", lane.Limits.IsDryRun, lane.Limits.MaxLossPerDay.ToString(),
        lane.Held.ToString(), lane.Spent.ToString(), lane.BreakerOpenUntil);
}

/// <summary>A page of runs that met something, newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record KeeperRunPage(IReadOnlyList<KeeperRunAnswer> Runs, string? NextCursor)
{
    /// <summary>Shows runs that were read with one more than <paramref name="limit"/>.</summary>
    public static KeeperRunPage Of(IReadOnlyList<RunRow> runs, int limit) => new(
        [.. runs.Take(limit).Select(KeeperRunAnswer.Of)],
        runs.Count > limit ? runs[limit - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>A run.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Outcome"><c>done</c>, <c>paused</c>, <c>unavailable</c>, <c>chain_stalled</c> or <c>failed</c>.</param>
/// <param name="Found">New work.</param>
/// <param name="Due">Work looked at.</param>
/// <param name="Skipped">Work not acted on; the decisions say why.</param>
/// <param name="Sent">Transactions sent; how they ended is known later, and stands in the decisions.</param>
/// <param name="Detail">More, in words.</param>
public sealed record KeeperRunAnswer(
    long ChainId, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Outcome, int Found, int Due, int Skipped, int Sent, string? Detail)
{
    /// <summary>Shows a run.</summary>
    public static KeeperRunAnswer Of(RunRow row) => new(
        row.ChainId.Value, row.Run.StartedAt, row.EndedAt, row.Run.Outcome, row.Run.Found, row.Run.Due, row.Run.Skipped, row.Run.Sent,
        row.Run.Detail);
}

/// <summary>A page of decisions, newest first.</summary>
/// <param name="Decisions">The decisions.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record KeeperDecisionPage(IReadOnlyList<KeeperDecisionAnswer> Decisions, string? NextCursor)
{
    /// <summary>Shows decisions that were read with one more than <paramref name="limit"/>.</summary>
    public static KeeperDecisionPage Of(IReadOnlyList<DecisionRow> decisions, int limit) => new(
        [.. decisions.Take(limit).Select(KeeperDecisionAnswer.Of)],
        decisions.Count > limit ? decisions[limit - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>A decision.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="At">When.</param>
/// <param name="WorkId">About which work; null when there was none yet.</param>
/// <param name="Subject">The same, for people.</param>
/// <param name="Decision"><c>found</c>, <c>skipped</c>, <c>sent</c>, <c>won</c>, <c>lost</c>, <c>failed</c> or <c>dropped</c>.</param>
/// <param name="Reason">A stable code.</param>
/// <param name="Detail">More, in words.</param>
/// <param name="TransactionHash">Our transaction, once mined.</param>
public sealed record KeeperDecisionAnswer(
    long ChainId, DateTimeOffset At, string? WorkId, string Subject, string Decision, string Reason, string? Detail, string? TransactionHash)
{
    /// <summary>Shows a decision.</summary>
    public static KeeperDecisionAnswer Of(DecisionRow row) => new(
        row.ChainId.Value, row.At, row.WorkId?.ToString(), row.Subject, row.Decision, row.Reason, row.Detail, row.TransactionHash?.ToString());
}

/// <summary>How answers are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(KeepersAnswer))]
[JsonSerializable(typeof(KeeperRunPage))]
[JsonSerializable(typeof(KeeperDecisionPage))]
internal sealed partial class KeeperJson : JsonSerializerContext;
