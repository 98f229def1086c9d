using Functions.Admin;
using Functions.Catalog;
using Functions.Http;
using Functions.OpenApi;
using Relayer.Core.Keepers;
using Relayer.Core.Operations;
using Relayer.Core.Relay;

namespace Functions;

/// <summary>Operators stop a keeper for a while, on every chain. What it sent before is carried out.</summary>
/// <param name="pauses">What is paused.</param>
/// <param name="instructions">Who wants it, and why.</param>
/// <param name="keepers">What is configured.</param>
public sealed class AdminKeeperFunctions(Pauses pauses, InstructionReader instructions, KeeperRegistry keepers)
{
    private const string Keeper = HostRoutes.Admin + "/keepers/{name}/";

    /// <summary>Runs a keeper no more, until it is resumed.</summary>
    [Function("PauseKeeper")]
    [Accepts(typeof(InstructionBody))]
    [Answers(200, typeof(PauseAnswer), Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, "unknown_keeper")]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Keeper + "pause")] HttpRequest request, string name,
        CancellationToken cancellation) => ChangeAsync(request, name, pauses.PauseAsync, cancellation);

    /// <summary>Runs a keeper again.</summary>
    [Function("ResumeKeeper")]
    [Accepts(typeof(InstructionBody))]
    [Answers(200, typeof(PauseAnswer), Description = "It goes on, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, "unknown_keeper")]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Keeper + "resume")] HttpRequest request, string name,
        CancellationToken cancellation) => ChangeAsync(request, name, pauses.ResumeAsync, cancellation);

    private async Task<IResult> ChangeAsync(HttpRequest request, string name, Change change, CancellationToken cancellation)
    {
        if (keepers.All.All(keeper => keeper.Name != name))
        {
            return Problems.Create(StatusCodes.Status404NotFound, "unknown_keeper", "No keeper of this name is configured.");
        }

        var scope = PauseScope.Keeper(name);
        var (instruction, refusal) = await instructions.ReadAsync(request, cancellation);
        return refusal is not null
            ? refusal
            : TypedResults.Json(PauseAnswer.Of(scope, await change(scope, instruction!, cancellation)), OperationsJson.Default.PauseAnswer);
    }

    private delegate Task<PauseChange> Change(PauseScope scope, Instruction instruction, CancellationToken cancellation);
}
