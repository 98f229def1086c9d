using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay;

namespace Functions.Admin;

/// <summary>Operators stop the sponsoring for a while. What was accepted before is carried out.</summary>
/// <param name="desk">Pauses and resumes.</param>
/// <param name="routes">The chains served.</param>
public sealed class AdminSponsorshipFunctions(PauseDesk desk, RelayRoutes routes)
{
    private const string Everywhere = HostRoutes.Admin + "/sponsorship/";
    private const string OnChain = HostRoutes.Admin + "/chains/{chainId}/sponsorship/";

    /// <summary>Takes no new relays on any chain, until it is resumed.</summary>
    [Function("PauseSponsorship")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Everywhere + "pause")] HttpRequest request, CancellationToken cancellation) =>
        desk.PauseAsync(request, PauseScope.Sponsorship, cancellation);

    /// <summary>Takes relays again; a chain that is paused by itself stays so.</summary>
    [Function("ResumeSponsorship")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "Resumed, or it was not paused.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Everywhere + "resume")] HttpRequest request, CancellationToken cancellation) =>
        desk.ResumeAsync(request, PauseScope.Sponsorship, cancellation);

    /// <summary>Takes no new relays on one chain, until it is resumed.</summary>
    [Function("PauseChainSponsorship")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> PauseChain(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = OnChain + "pause")] HttpRequest request, long chainId,
        CancellationToken cancellation) => OnServedAsync(chainId, scope => desk.PauseAsync(request, scope, cancellation));

    /// <summary>Takes relays on one chain again, unless all of them are paused.</summary>
    [Function("ResumeChainSponsorship")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "Resumed, or it was not paused.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> ResumeChain(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = OnChain + "resume")] HttpRequest request, long chainId,
        CancellationToken cancellation) => OnServedAsync(chainId, scope => desk.ResumeAsync(request, scope, cancellation));

    private async Task<IResult> OnServedAsync(long chainId, Func<PauseScope, Task<IResult>> change) =>
        routes.Chains.Contains(new ChainId(chainId))
            ? await change(PauseScope.SponsorshipOn(new ChainId(chainId)))
            : AdminProblems.UnknownChain(chainId);
}
