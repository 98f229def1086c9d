namespace Relayer.Core.Providers;

/// <summary>What several providers' answers to one broadcast amount to.</summary>
internal static class SendOutcomes
{
    /// <summary>An acceptance over any refusal; otherwise the earlier, unless only the later one is understood.</summary>
    public static SendOutcome Better(SendOutcome? earlier, SendOutcome later) => earlier switch
    {
        null => later,
        { IsAccepted: true } accepted => accepted,
        _ when later.IsAccepted => later,
        { Error.Kind: NodeErrorKind.Unknown or NodeErrorKind.Unsupported } when later.Error is not { Kind: NodeErrorKind.Unknown } => later,
        { } refused => refused,
    };
}
