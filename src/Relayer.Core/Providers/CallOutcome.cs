namespace Relayer.Core.Providers;

/// <summary>How a call ended.</summary>
public abstract record CallOutcome
{
    private CallOutcome()
    {
    }

    /// <summary>It returned this.</summary>
    public sealed record Returned(ReadOnlyMemory<byte> Data) : CallOutcome;

    /// <summary>The contract refused with this (possibly empty) revert data.</summary>
    public sealed record Reverted(ReadOnlyMemory<byte> Data, string Message) : CallOutcome;

    /// <summary>The node refused to run it for another reason, such as too little gas or balance.</summary>
    public sealed record Refused(NodeError Error) : CallOutcome;
}
