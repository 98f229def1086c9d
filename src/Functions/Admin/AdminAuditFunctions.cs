using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Functions.Relay;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Operations;
using Relayer.Core.Relay;

namespace Functions.Admin;

/// <summary>What operators have paused, and what they ever did.</summary>
/// <param name="pauses">What is paused.</param>
/// <param name="audit">What was done.</param>
public sealed class AdminAuditFunctions(Pauses pauses, AuditLog audit)
{
    private const int MaxPage = 100;
    private const int DefaultPage = 20;

    /// <summary>What is paused now: sponsorship, top-ups, keepers. Signers say it of themselves.</summary>
    [Function("ListPauses")]
    [Operator(OperatorRole.Look)]
    [ProducesResponseType<PausesAnswer>(200)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> ListPauses(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = HostRoutes.Admin + "/pauses")] HttpRequest request,
        CancellationToken cancellation) =>
        TypedResults.Json(PausesAnswer.Of(await pauses.ListAsync(cancellation)), OperationsJson.Default.PausesAnswer);

    /// <summary>What operators did or tried to do, newest first.</summary>
    [Function("ListAudit")]
    [Operator(OperatorRole.Look)]
    [Query("limit", typeof(int), "Entries on a page, 1 to 100; 20 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<AuditPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> ListAudit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = HostRoutes.Admin + "/audit")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var limit = (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage);
        var before = query.ReadInteger("cursor", long.MaxValue, 1, long.MaxValue);
        return query.Fault is { } fault
            ? AdminProblems.Malformed(fault)
            : TypedResults.Json(
                AuditPage.Of(await audit.ListAsync(before, limit + 1, cancellation), limit), OperationsJson.Default.AuditPage);
    }
}
