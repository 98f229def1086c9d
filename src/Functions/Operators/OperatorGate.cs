using Functions.Http;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Functions.Operators;

/// <summary>Lets operators through to their functions, and nobody else: the one place where keys are checked, under every host.</summary>
/// <param name="keys">The operators' keys.</param>
/// <param name="limiter">How many wrong ones are heard out.</param>
/// <param name="refusals">Tells of those who were not let through.</param>
/// <param name="callers">Says where a call comes from.</param>
internal sealed class OperatorGate(OperatorKeys keys, GuessLimiter limiter, RefusalLog refusals, CallerAddress callers)
{
    private const string Wanted =
        $"An operator's key is needed, in the header {ShownKey.Header} or as Authorization: Bearer.";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Who was let through.</summary>
    /// <exception cref="InvalidOperationException">Nobody was: the function has no <see cref="OperatorAttribute"/>.</exception>
    public static Operator OperatorOf(HttpContext context) =>
        context.Features.Get<Operator>() ?? throw new InvalidOperationException("The function is not for operators: it has no [Operator].");

    /// <summary>Checks a call.</summary>
    /// <param name="context">The call; it then knows its operator.</param>
    /// <param name="role">The least role; <see langword="null"/> lets everybody through.</param>
    /// <returns>The refusal, or <see langword="null"/>.</returns>
    public async ValueTask<ProblemResult?> CheckAsync(HttpContext context, OperatorRole? role)
    {
        if (role is not { } needed)
        {
            return null;
        }

        if (ShownKey.Find(context.Request) is not { } shown)
        {
            // No guess: it is told and counted, and takes nothing from those who try.
            refusals.Note(callers.Of(context), "missing");
            return Problems.ForStatus(StatusCodes.Status401Unauthorized, Wanted);
        }

        var (one, isComplete) = await keys.FindAsync(shown, context.RequestAborted);
        if (one is null)
        {
            return Refuse(context, isComplete);
        }

        if (one.Role < needed)
        {
            refusals.NoteRole(one.Name, OperatorRoles.NameOf(needed), context.Request.Path);
            return Problems.ForStatus(
                StatusCodes.Status403Forbidden, $"This needs the role {OperatorRoles.NameOf(needed)}; yours is {OperatorRoles.NameOf(one.Role)}.");
        }

        context.Features.Set(one);
        return null;
    }

    private ProblemResult Refuse(HttpContext context, bool isComplete)
    {
        var address = callers.Of(context);
        if (limiter.Note(address) is { } wait)
        {
            refusals.Note(address, "throttled");
            return Problems.Create(
                StatusCodes.Status429TooManyRequests, "too_many_requests", "Too many wrong keys came from this address. A right one is let through at once.",
                retryAfter: wait);
        }

        refusals.Note(address, "wrong");
        return isComplete
            ? Problems.ForStatus(StatusCodes.Status401Unauthorized, Wanted)
            : Problems.Create(
                StatusCodes.Status503ServiceUnavailable, "operators_unavailable", "An operator's key cannot be had from the vault; it may be this one.",
                retryAfter: Soon);
    }
}
