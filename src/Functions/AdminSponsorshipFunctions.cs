using Functions.Admin;
using Functions.Catalog;
using Functions.OpenApi;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay;

namespace Functions;

/// <summary>Operators stop the sponsoring for a while. What was accepted before is carried out.</summary>
/// <param name="pauses">What is paused.</param>
/// <param name="instructions">Who wants it, and why.</param>
/// <param name="routes">The chains served.</param>
public sealed class AdminSponsorshipFunctions(Pauses pauses, InstructionReader instructions, RelayRoutes routes)
{
    private const string Everywhere = HostRoutes.Admin + "/sponsorship/";
    private const string OnChain = HostRoutes.Admin + "/chains/{chainId}/sponsorship/";

    /// <summary>Takes no new relays on any chain, until it is resumed.</summary>
    [Function("PauseSponsorship")]
    [Accepts(typeof(InstructionBody))]
    [Answers(200, typeof(PauseAnswer), Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Everywhere + "pause")] HttpRequest request, CancellationToken cancellation) =>
        ChangeAsync(request, PauseScope.Sponsorship, pauses.PauseAsync, cancellation);

    /// <summary>Takes relays again; a chain that is paused by itself stays so.</summary>
    [Function("ResumeSponsorship")]
    [Accepts(typeof(InstructionBody))]
    [Answers(200, typeof(PauseAnswer), Description = "It goes on, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Everywhere + "resume")] HttpRequest request, CancellationToken cancellation) =>
        ChangeAsync(request, PauseScope.Sponsorship, pauses.ResumeAsync, cancellation);

    /// <summary>Takes no new relays on one chain, until it is resumed.</summary>
    [Function("PauseChainSponsorship")]
    [Accepts(typeof(InstructionBody))]
    [Answers(200, typeof(PauseAnswer), Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> PauseChain(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = OnChain + "pause")] HttpRequest request, long chainId,
        CancellationToken cancellation) => ChangeAsync(request, chainId, pauses.PauseAsync, cancellation);

    /// <summary>Takes relays on one chain again, unless all of them are paused.</summary>
    [Function("ResumeChainSponsorship")]
    [Accepts(typeof(InstructionBody))]
    [Answers(200, typeof(PauseAnswer), Description = "It goes on, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> ResumeChain(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = OnChain + "resume")] HttpRequest request, long chainId,
        CancellationToken cancellation) => ChangeAsync(request, chainId, pauses.ResumeAsync, cancellation);

    private async Task<IResult> ChangeAsync(HttpRequest request, long chainId, Change change, CancellationToken cancellation) =>
        routes.Chains.Contains(new ChainId(chainId))
            ? await ChangeAsync(request, PauseScope.SponsorshipOn(new ChainId(chainId)), change, cancellation)
            : AdminProblems.UnknownChain(chainId);

    private async Task<IResult> ChangeAsync(HttpRequest request, PauseScope scope, Change change, CancellationToken cancellation)
    {
        var (instruction, refusal) = await instructions.ReadAsync(request, cancellation);
        return refusal is not null
            ? refusal
            : TypedResults.Json(PauseAnswer.Of(scope, await change(scope, instruction!, cancellation)), OperationsJson.Default.PauseAnswer);
    }

    private delegate Task<PauseChange> Change(PauseScope scope, Instruction instruction, CancellationToken cancellation);
}
