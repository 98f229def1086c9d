namespace Relayer.Core.Providers;

/// <summary>What became of a broadcast.</summary>
/// <param name="Error"><see langword="null"/> when the node took it or already had it; otherwise why it did not.</param>
public readonly record struct SendOutcome(NodeError? Error)
{
    /// <summary>The node has the transaction.</summary>
    public bool IsAccepted => Error is null or { Kind: NodeErrorKind.AlreadyKnown };
}
