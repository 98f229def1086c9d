namespace Relayer.Core.Operations;

/// <summary>Who wants something done, and why.</summary>
/// <param name="Who">The name of the key that was shown.</param>
/// <param name="Reason">In the operator's words.</param>
public sealed record Instruction(string Who, string Reason)
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReason = 500;
}

/// <summary>An entry to write into the audit.</summary>
/// <param name="Instruction">Who and why.</param>
/// <param name="Action">What was done, such as <c>sponsorship.pause</c>; stable.</param>
/// <param name="Target">To what.</param>
/// <param name="Outcome">One of <see cref="AuditOutcome"/>, or the code of what stood in the way.</param>
public sealed record AuditEntry(Instruction Instruction, string Action, string Target, string Outcome);

/// <summary>An entry of the audit.</summary>
/// <param name="Id">Its place; later entries have higher ones.</param>
/// <param name="At">When.</param>
/// <param name="Entry">The entry.</param>
public sealed record AuditRecord(long Id, DateTimeOffset At, AuditEntry Entry);

/// <summary>How operators' commands end.</summary>
public static class AuditOutcome
{
    /// <summary>It is about to be done; a later entry says how it ended. Where none follows, the process ended meanwhile: look.</summary>
    public const string Asked = "asked";

    /// <summary>It was done.</summary>
    public const string Done = "done";

    /// <summary>It was so before.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>Either of the two.</summary>
    public static string Of(bool hasChanged) => hasChanged ? Done : Unchanged;
}
