using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Operations;

namespace Functions.Admin;

/// <summary>How something stands that operators can pause.</summary>
/// <param name="Scope">What: <c>sponsorship</c>, <c>sponsorship:{chainId}</c> and the like.</param>
/// <param name="Paused">It is paused.</param>
/// <param name="Changed">False when it was so before the command.</param>
/// <param name="By">The name of the key that paused it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record PauseAnswer(string Scope, bool Paused, bool Changed, string? By, string? Reason, DateTimeOffset? Since)
{
    /// <summary>Shows what a command did.</summary>
    public static PauseAnswer Of(PauseScope scope, PauseChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new PauseAnswer(
            scope.Name, change.Pause is not null, change.HasChanged, change.Pause?.By, change.Pause?.Reason, change.Pause?.Since);
    }
}

/// <summary>What operators have paused.</summary>
/// <param name="Pauses">The longest first.</param>
public sealed record PausesAnswer(IReadOnlyList<PauseEntry> Pauses)
{
    /// <summary>Shows pauses.</summary>
    public static PausesAnswer Of(IReadOnlyList<Pause> pauses) =>
        new([.. pauses.Select(pause => new PauseEntry(pause.Scope.Name, pause.By, pause.Reason, pause.Since))]);
}

/// <summary>Something that is paused.</summary>
/// <param name="Scope">What.</param>
/// <param name="By">The name of the key that paused it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record PauseEntry(string Scope, string By, string Reason, DateTimeOffset Since);

/// <summary>A page of the audit, newest first.</summary>
/// <param name="Entries">What operators did.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditAnswer> Entries, string? NextCursor)
{
    /// <summary>Shows entries that were read with one more than <paramref name="limit"/>.</summary>
    public static AuditPage Of(IReadOnlyList<AuditRecord> records, int limit) => new(
        [.. records.Take(limit).Select(record => new AuditAnswer(
            record.At, record.Entry.Instruction.Who, record.Entry.Action, record.Entry.Target, record.Entry.Instruction.Reason, record.Entry.Outcome))],
        records.Count > limit ? records[limit - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>What an operator did.</summary>
/// <param name="At">When.</param>
/// <param name="Who">The name of the key that was shown.</param>
/// <param name="Action">What, such as <c>sponsorship.pause</c>.</param>
/// <param name="Target">To what.</param>
/// <param name="Reason">Why.</param>
/// <param name="Outcome"><c>asked</c>, then what came of it; <c>done</c>, <c>unchanged</c>, or the code of what stood in the way.</param>
public sealed record AuditAnswer(DateTimeOffset At, string Who, string Action, string Target, string Reason, string Outcome);

/// <summary>How answers to operators are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PauseAnswer))]
[JsonSerializable(typeof(PausesAnswer))]
[JsonSerializable(typeof(AuditPage))]
internal sealed partial class OperationsJson : JsonSerializerContext;
