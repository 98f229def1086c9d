using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>What a contract answered when asked whether there is something to do.</summary>
public abstract record UpkeepCheck
{
    /// <summary>The most bytes that are sent on to <c>performUpkeep</c>.</summary>
    public const int MaxPerformData = 16 * 1024;

    private UpkeepCheck()
    {
    }

    /// <summary>There is, and this is what to do it with.</summary>
    public sealed record Needed(ReadOnlyMemory<byte> PerformData) : UpkeepCheck;

    /// <summary>There is not.</summary>
    public sealed record Idle : UpkeepCheck;

    /// <summary>It failed, or answered what it should not.</summary>
    /// <param name="Detail">In words.</param>
    public sealed record Faulty(string Detail) : UpkeepCheck;

    /// <summary>Reads an outcome. Pure.</summary>
    public static UpkeepCheck Read(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Returned returned => Read(returned.Data.Span),
        CallOutcome.Reverted reverted => new Faulty($"the check reverted: {RevertReason.Decode(reverted.Data.Span)}"),
        CallOutcome.Refused { Error: { Kind: NodeErrorKind.OutOfGas } error } => new Faulty($"the check used all its gas: {error.Message}"),
        CallOutcome.Refused refused => new Faulty($"the node refused the check: {refused.Error.Message}"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static UpkeepCheck Read(ReadOnlySpan<byte> data)
    {
        if (!Typed.TryRead<CheckUpkeepAnswer>(data, out var answer, allowTrailing: true))
        {
            return new Faulty("the check answered junk");
        }

        return !answer.IsNeeded ? new Idle()
            : answer.PerformData.Length > MaxPerformData ? new Faulty($"the check wants {answer.PerformData.Length} bytes performed")
            : new Needed(answer.PerformData);
    }
}
