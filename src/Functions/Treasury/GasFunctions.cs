using Functions.Bounds;
using Functions.Http;
using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Treasury.Reports;

namespace Functions.Treasury;

/// <summary>What the council checks.</summary>
/// <param name="report">Puts it together.</param>
/// <param name="budgets">What relays may still cost.</param>
/// <param name="records">The records behind it.</param>
/// <param name="reads">Keeps them from taking what relays need.</param>
/// <param name="time">The clock.</param>
public sealed class GasFunctions(GasReport report, BudgetReport budgets, GasRecords records, PublicReads reads, TimeProvider time)
{
    private const string Csv = "text/csv";

    /// <summary>Balances, runway, spend, top-ups and incidents: everything the council checks.</summary>
    [Function("GetGas")]
    [ProducesResponseType<GasAnswer>(200)]
    [ProducesResponseType(304, Description = "As named by If-None-Match.")]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "gas")] HttpRequest request, CancellationToken cancellation) =>
        await ReadAsync(reads, report, budgets, cancellation);

    /// <summary>What everybody is shown for a few seconds.</summary>
    internal static Task<PublicJson<GasAnswer>> ReadAsync(
        PublicReads reads, GasReport report, BudgetReport budgets, CancellationToken cancellation) => reads.ShareAsync(
        "gas",
        async one => new PublicJson<GasAnswer>(
            GasListing.Of(await report.ReadAsync(one), await budgets.ReadAsync(one)), GasAnswersJson.Default.GasAnswer, reads.KeptFor),
        cancellation);

    /// <summary>What was spent, to the wei, by day, purpose, function and user.</summary>
    [Function("GetSpend")]
    [Query("from", typeof(string), "The first day, UTC, such as 2026-09-01; 29 days before the last when not given.")]
    [Query("to", typeof(string), "The last day; today when not given. At most 400 days in all, 31 by user.")]
    [Query("groupBy", typeof(string), "Some of day, purpose, target, user, separated by commas; day,purpose when not given. By user: requests only.")]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("limit", typeof(int), "Rows on a page, 1 to 1000 (10000 as csv); 100 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [Query("format", typeof(string), "json, or csv; the next page of a csv is in the header Link.")]
    [ProducesResponseType<SpendPage>(200)]
    [ProducesResponseType(typeof(void), 200, Csv, Description = "The sums.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> GetSpend(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "gas/spend")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new GasQuery(request.Query, records.Chains, time.GetUtcNow());
        var (spend, asCsv) = (query.ReadSpend(), query.IsCsv);
        return query.Fault is { } fault
            ? Malformed(fault)
            : GasPages.Show(spend, await reads.ReadAsync(request, one => records.ReadSpendAsync(spend, one), cancellation), request, asCsv);
    }

    /// <summary>Transfers from the council's wallet to the signers, newest first.</summary>
    [Function("ListTopUps")]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("from", typeof(string), "Decided at this time or later, such as 2026-09-01T00:00:00Z.")]
    [Query("to", typeof(string), "Decided before this time.")]
    [Query("limit", typeof(int), "Rows on a page, 1 to 1000 (10000 as csv); 100 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [Query("format", typeof(string), "json, or csv; the next page of a csv is in the header Link.")]
    [ProducesResponseType<TopUpPage>(200)]
    [ProducesResponseType(typeof(void), 200, Csv, Description = "The transfers.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> ListTopUps(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "gas/top-ups")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new GasQuery(request.Query, records.Chains, time.GetUtcNow());
        var (topUps, asCsv) = (query.ReadTopUps(), query.IsCsv);
        return query.Fault is { } fault
            ? Malformed(fault)
            : GasPages.Show(await reads.ReadAsync(request, one => records.ReadTopUpsAsync(topUps, one), cancellation), topUps.Limit, request, asCsv);
    }

    /// <summary>What the accounts held at which block, newest first.</summary>
    [Function("ListBalances")]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("account", typeof(string), "Only this account.")]
    [Query("from", typeof(string), "Read at this time or later, such as 2026-09-01T00:00:00Z; a week ago when not given.")]
    [Query("to", typeof(string), "Read before this time.")]
    [Query("limit", typeof(int), "Rows on a page, 1 to 1000 (10000 as csv); 100 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [Query("format", typeof(string), "json, or csv; the next page of a csv is in the header Link.")]
    [ProducesResponseType<HistoryPage>(200)]
    [ProducesResponseType(typeof(void), 200, Csv, Description = "The balances.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> ListBalances(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "gas/history")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new GasQuery(request.Query, records.Chains, time.GetUtcNow());
        var (history, asCsv) = (query.ReadHistory(), query.IsCsv);
        return query.Fault is { } fault
            ? Malformed(fault)
            : GasPages.Show(await reads.ReadAsync(request, one => records.ReadHistoryAsync(history, one), cancellation), history.Limit, request, asCsv);
    }

    private static ProblemResult Malformed(string detail) =>
        Problems.Create(StatusCodes.Status400BadRequest, RefusalCode.MalformedRequest, detail);
}
