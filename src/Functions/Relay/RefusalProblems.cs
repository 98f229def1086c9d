using Functions.Http;
using Relayer.Core.Relay;

namespace Functions.Relay;

/// <summary>Which HTTP status a refusal has.</summary>
internal static class RefusalProblems
{
    /// <summary>The problem that tells a refusal.</summary>
    public static ProblemResult ToProblem(this Refusal refusal) => Problems.Create(
        StatusOf(refusal),
        refusal.Code,
        refusal.Detail,
        refusal.RevertReason is { } reason ? new Dictionary<string, object?> { ["revertReason"] = reason } : null,
        refusal.RetryAfter);

    private static int StatusOf(Refusal refusal) => refusal.Code switch
    {
        RefusalCode.MalformedRequest => StatusCodes.Status400BadRequest,
        RefusalCode.SignatureMismatch or RefusalCode.UnknownClient => StatusCodes.Status401Unauthorized,
        RefusalCode.TargetNotAllowed or RefusalCode.SelectorNotAllowed or RefusalCode.ValueNotAllowed or RefusalCode.OriginNotAllowed
            or RefusalCode.UserDenied or RefusalCode.CallerNotAdmitted or RefusalCode.NotApproved => StatusCodes.Status403Forbidden,
        RefusalCode.UnknownChain or RefusalCode.UnknownForwarder => StatusCodes.Status404NotFound,
        RefusalCode.NonceUsed or RefusalCode.NonceGap => StatusCodes.Status409Conflict,
        RefusalCode.PayloadTooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalCode.DeadlinePassed or RefusalCode.DeadlineTooFar or RefusalCode.GasAboveLimit or RefusalCode.CalldataNotCanonical
            or RefusalCode.SimulationReverted or RefusalCode.ContractWalletUnsupported or RefusalCode.SignatureWrapped => StatusCodes.Status422UnprocessableEntity,
        RefusalCode.BudgetSpent => refusal.IsCallersShare ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable,
        RefusalCode.QuotaExceeded or RefusalCode.UserFailing or RefusalCode.TooManyUnderWay or RefusalCode.TooManyRequests => StatusCodes.Status429TooManyRequests,
        RefusalCode.ApprovalUnavailable or RefusalCode.SponsorshipPaused or RefusalCode.TargetFailing or RefusalCode.Overloaded or RefusalCode.SignersExhausted or RefusalCode.TipAboveCap or RefusalCode.ChainStalled or RefusalCode.ChainUnavailable =>
            StatusCodes.Status503ServiceUnavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal.Code, "a refusal without a status"),
    };
}
