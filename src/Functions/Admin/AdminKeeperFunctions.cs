using Functions.Catalog;
using Functions.Keepers;
using Functions.OpenApi;
using Functions.Operators;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Operations;
using Relayer.Core.Relay;

namespace Functions.Admin;

/// <summary>Operators stop a keeper for a while, on every chain. What it sent before is carried out.</summary>
/// <param name="desk">Pauses and resumes.</param>
/// <param name="keepers">What is configured.</param>
public sealed class AdminKeeperFunctions(PauseDesk desk, KeeperRegistry keepers)
{
    private const string Keeper = HostRoutes.Admin + "/keepers/{name}/";

    /// <summary>Runs a keeper no more, until it is resumed.</summary>
    [Function("PauseKeeper")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, KeeperProblems.UnknownKeeperCode)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Keeper + "pause")] HttpRequest request, string name,
        CancellationToken cancellation) => OfConfiguredAsync(name, scope => desk.PauseAsync(request, scope, cancellation));

    /// <summary>Runs a keeper again.</summary>
    [Function("ResumeKeeper")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "Resumed, or it was not paused.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, KeeperProblems.UnknownKeeperCode)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Keeper + "resume")] HttpRequest request, string name,
        CancellationToken cancellation) => OfConfiguredAsync(name, scope => desk.ResumeAsync(request, scope, cancellation));

    private async Task<IResult> OfConfiguredAsync(string name, Func<PauseScope, Task<IResult>> change) =>
        KeeperProblems.OfName(keepers, name) is { } refusal ? refusal : await change(PauseScope.Keeper(name));
}
