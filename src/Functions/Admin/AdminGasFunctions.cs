using System.Globalization;
using Functions.Catalog;
using Functions.Http;
using Functions.OpenApi;
using Functions.Operators;
using Functions.Treasury;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Operations;
using Relayer.Core.Relay;
using Relayer.Core.Treasury;

namespace Functions.Admin;

/// <summary>Operators stop the top-ups for a while, and clear incidents.</summary>
/// <param name="desk">Pauses and resumes.</param>
/// <param name="clearing">Clears incidents.</param>
public sealed class AdminGasFunctions(PauseDesk desk, IncidentClearing clearing)
{
    private const string TopUps = HostRoutes.Admin + "/top-ups/";

    /// <summary>Sends nothing more from the council's wallet, until it is resumed.</summary>
    [Function("PauseTopUps")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "It is paused, by this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = TopUps + "pause")] HttpRequest request, CancellationToken cancellation) =>
        desk.PauseAsync(request, PauseScope.TopUps, cancellation);

    /// <summary>Fills the signers again; what an incident has stopped stays so until that is cleared.</summary>
    [Function("ResumeTopUps")]
    [Operator(OperatorRole.Treasury)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<PauseAnswer>(200, Description = "Resumed, or it was not paused.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = TopUps + "resume")] HttpRequest request, CancellationToken cancellation) =>
        desk.ResumeAsync(request, PauseScope.TopUps, cancellation);

    /// <summary>Closes an incident; one whose cause is still there opens again, under another number.</summary>
    [Function("ClearIncident")]
    [Operator(OperatorRole.Treasury)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<IncidentAnswer>(200, Description = "It is closed.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, "unknown_incident")]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> ClearIncident(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = HostRoutes.Admin + "/incidents/{id}/clear")] HttpRequest request, long id,
        CancellationToken cancellation)
    {
        var (instruction, refusal) = await InstructionReader.ReadAsync(request, cancellation);
        return refusal is not null ? refusal
            : await clearing.ClearAsync(id, instruction!, cancellation) is { } cleared
                ? TypedResults.Json(GasListing.Show(cleared), GasAnswersJson.Default.IncidentAnswer)
                : Problems.Create(
                    StatusCodes.Status404NotFound, "unknown_incident", string.Create(CultureInfo.InvariantCulture, $"No open incident {id} is known."));
    }
}
