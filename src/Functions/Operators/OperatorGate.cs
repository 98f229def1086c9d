using Functions.Http;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Functions.Operators;

/// <summary>Lets operators through to their functions, and nobody else: the one place where keys are checked, under every host.</summary>
/// <param name="keys">The operators' keys.</param>
/// <param name="callers">Says where a call comes from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told who was not let through.</param>
internal sealed class OperatorGate(OperatorKeys keys, CallerAddress callers, TimeProvider time, ILogger<OperatorGate> logger) : IDisposable
{
    private const string Wanted =
        $"An operator's key is needed, in the header {ShownKey.Header} or as Authorization: Bearer.";

    private const string NotInTheUrl =
        $"A key in the URL ends up in logs, so {ShownKey.Query} is not read. {Wanted} If it was an operator's, change it.";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly WrongKeys _wrong = new(KeyWords.Operators, callers, time, logger);

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
            _wrong.NoteMissing(context);
            return Problems.ForStatus(StatusCodes.Status401Unauthorized, context.Request.Query.ContainsKey(ShownKey.Query) ? NotInTheUrl : Wanted);
        }

        var (one, isComplete) = await keys.FindAsync(shown, context.RequestAborted);
        if (one is null)
        {
            return Refuse(context, isComplete);
        }

        if (one.Role < needed)
        {
            _wrong.NoteRole(one.Name, OperatorRoles.NameOf(needed), context.Request.Path);
            return Problems.ForStatus(
                StatusCodes.Status403Forbidden, $"This needs the role {OperatorRoles.NameOf(needed)}; yours is {OperatorRoles.NameOf(one.Role)}.");
        }

        context.Features.Set(one);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _wrong.Dispose();

    private ProblemResult Refuse(HttpContext context, bool isComplete) => _wrong.Note(context) ?? (isComplete
        ? Problems.ForStatus(StatusCodes.Status401Unauthorized, Wanted)
        : Problems.Create(
            StatusCodes.Status503ServiceUnavailable, "operators_unavailable", "An operator's key cannot be had from the vault; it may be this one.",
            retryAfter: Soon));
}
