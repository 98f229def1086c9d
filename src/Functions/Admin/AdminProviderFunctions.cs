using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Functions.Relay;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Relay;

namespace Functions.Admin;

/// <summary>What providers contradicted each other about.</summary>
/// <param name="disagreements">What is kept of it.</param>
public sealed class AdminProviderFunctions(DisagreementLog disagreements)
{
    private const int MaxPage = 100;
    private const int DefaultPage = 20;

    /// <summary>What providers said where others said otherwise, newest first. It is kept as it was said, and cannot be changed.</summary>
    [Function("ListDisagreements")]
    [Operator(OperatorRole.Look)]
    [Query("limit", typeof(int), "Entries on a page, 1 to 100; 20 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<DisagreementPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> ListDisagreements(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = HostRoutes.Admin + "/disagreements")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var limit = (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage);
        var before = query.ReadInteger("cursor", long.MaxValue, 1, long.MaxValue);
        return query.Fault is { } fault
            ? AdminProblems.Malformed(fault)
            : TypedResults.Json(
                DisagreementPage.Of(await disagreements.ListAsync(before, limit + 1, cancellation), limit), DisagreementsJson.Default.DisagreementPage);
    }
}
