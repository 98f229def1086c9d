using Functions.Bounds;
using Functions.Http;
using Functions.OpenApi;
using Functions.Relay;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Relay;

namespace Functions.Keepers;

/// <summary>What the keepers did and why. Open to everybody: the DAO pays for it.</summary>
/// <param name="keepers">What is configured.</param>
/// <param name="reports">The records.</param>
/// <param name="reads">Keeps them from taking what relays need.</param>
public sealed class KeeperFunctions(KeeperRegistry keepers, KeeperReports reports, PublicReads reads)
{
    private const int MaxPage = 200;
    private const int DefaultPage = 50;

    /// <summary>The configured keepers as they stand.</summary>
    [Function("ListKeepers")]
    [ProducesResponseType<KeepersAnswer>(200)]
    [ProducesResponseType(304, Description = "As named by If-None-Match.")]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "keepers")] HttpRequest request, CancellationToken cancellation) =>
        await ReadAsync(reads, reports, cancellation);

    /// <summary>What everybody is shown for a few seconds.</summary>
    internal static Task<PublicJson<KeepersAnswer>> ReadAsync(PublicReads reads, KeeperReports reports, CancellationToken cancellation) => reads.ShareAsync(
        "keepers",
        async one => new PublicJson<KeepersAnswer>(
            new KeepersAnswer([.. (await reports.ListAsync(one)).Select(KeeperAnswer.Of)]), KeeperJson.Default.KeepersAnswer, reads.KeptFor),
        cancellation);

    /// <summary>A keeper's runs that met something, newest first.</summary>
    [Function("ListKeeperRuns")]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("limit", typeof(int), "Runs on a page, 1 to 200; 50 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<KeeperRunPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, KeeperProblems.UnknownKeeperCode)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> Runs(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "keepers/{name}/runs")] HttpRequest request, string name,
        CancellationToken cancellation)
    {
        var (page, refusal) = Read(request, name);
        return refusal ?? TypedResults.Json(
            KeeperRunPage.Of(await reads.ReadAsync(request, one => reports.RunsAsync(name, page.Chain, page.Before, page.Limit + 1, one), cancellation), page.Limit),
            KeeperJson.Default.KeeperRunPage);
    }

    /// <summary>A keeper's decisions with their reasons, newest first.</summary>
    [Function("ListKeeperDecisions")]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("limit", typeof(int), "Decisions on a page, 1 to 200; 50 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<KeeperDecisionPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, KeeperProblems.UnknownKeeperCode)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> Decisions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "keepers/{name}/decisions")] HttpRequest request, string name,
        CancellationToken cancellation)
    {
        var (page, refusal) = Read(request, name);
        return refusal ?? TypedResults.Json(
            KeeperDecisionPage.Of(await reads.ReadAsync(request, one => reports.DecisionsAsync(name, page.Chain, page.Before, page.Limit + 1, one), cancellation), page.Limit),
            KeeperJson.Default.KeeperDecisionPage);
    }

    private (Page Page, IResult? Refusal) Read(HttpRequest request, string name)
    {
        var query = new QueryReader(request.Query);
        var chainId = query.ReadInteger("chainId", 0, 1, long.MaxValue);
        var page = new Page(
            chainId == 0 ? null : new ChainId(chainId), query.ReadInteger("cursor", long.MaxValue, 1, long.MaxValue),
            (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage));
        if (query.Fault is { } fault)
        {
            return (page, Problems.Create(StatusCodes.Status400BadRequest, RefusalCode.MalformedRequest, fault));
        }

        return (page, KeeperProblems.OfName(keepers, name));
    }

    private readonly record struct Page(ChainId? Chain, long Before, int Limit);
}
