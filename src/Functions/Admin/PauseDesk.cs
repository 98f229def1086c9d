using Relayer.Core.Operations;

namespace Functions.Admin;

/// <summary>Carries out the commands to pause and to resume: the same for whatever can be paused as a whole.</summary>
/// <param name="pauses">What is paused.</param>
public sealed class PauseDesk(Pauses pauses)
{
    /// <summary>Pauses what <paramref name="scope"/> names.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public Task<IResult> PauseAsync(HttpRequest request, PauseScope scope, CancellationToken cancellation) =>
        ChangeAsync(request, scope, pauses.PauseAsync, cancellation);

    /// <summary>Lets it go on.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public Task<IResult> ResumeAsync(HttpRequest request, PauseScope scope, CancellationToken cancellation) =>
        ChangeAsync(request, scope, pauses.ResumeAsync, cancellation);

    private static async Task<IResult> ChangeAsync(HttpRequest request, PauseScope scope, Change change, CancellationToken cancellation)
    {
        var (instruction, refusal) = await InstructionReader.ReadAsync(request, cancellation);
        return refusal is not null
            ? refusal
            : TypedResults.Json(PauseAnswer.Of(scope, await change(scope, instruction!, cancellation)), OperationsJson.Default.PauseAnswer);
    }

    private delegate Task<PauseChange> Change(PauseScope scope, Instruction instruction, CancellationToken cancellation);
}
