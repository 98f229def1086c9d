using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Functions.Relay;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Records;

namespace Functions.Admin;

/// <summary>Operators look at transactions, of whatever purpose, and replace or cancel them.</summary>
/// <param name="transactions">Finds them.</param>
/// <param name="engines">The chains' engines.</param>
/// <param name="desk">Carries out commands.</param>
public sealed class AdminTransactionFunctions(TransactionDirectory transactions, ChainEngines engines, TransactionDesk desk)
{
    private const string Transactions = HostRoutes.Admin + "/transactions";
    private const int MaxPage = 100;
    private const int DefaultPage = 20;

    /// <summary>A transaction with all its signed versions: what they offer, and whether it waits at the cap.</summary>
    [Function("GetTransaction")]
    [Operator(OperatorRole.Look)]
    [ProducesResponseType<TransactionAnswer>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, AdminProblems.UnknownTransactionCode)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = Transactions + "/{id}")] HttpRequest request, string id,
        CancellationToken cancellation) =>
        !Guid.TryParse(id, out var guid) ? AdminProblems.Malformed(TransactionDesk.WrongId)
            : await transactions.FindAsync(guid, cancellation) is { } view
                ? TypedResults.Json(TransactionAnswer.Of(view), TransactionJson.Default.TransactionAnswer)
                : AdminProblems.UnknownTransaction(guid);

    /// <summary>The transactions under way, the oldest first.</summary>
    [Function("ListTransactions")]
    [Operator(OperatorRole.Look)]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("state", typeof(string), "open: those that are not final; nothing else is listed.")]
    [Query("signer", typeof(string), "Only this account's.")]
    [Query("limit", typeof(int), "Transactions on a page, 1 to 100; 20 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<TransactionPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = Transactions)] HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var limit = (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage);
        var chainId = query.ReadInteger("chainId", 0, 1, long.MaxValue);
        var (signer, after) = (default(Address), Guid.Empty);
        var fault = query.Fault
            ?? (request.Query["state"].ToString() is not ("" or "open") ? "state must be open." : null)
            ?? (request.Query.ContainsKey("signer") && !Address.TryParse(request.Query["signer"], out signer) ? "signer must be an address." : null)
            ?? (request.Query.ContainsKey("cursor") && !Guid.TryParse(request.Query["cursor"], out after) ? "cursor must be the nextCursor of a page." : null);
        if (fault is not null)
        {
            return AdminProblems.Malformed(fault);
        }

        if (chainId != 0 && !engines.Chains.Contains(new ChainId(chainId)))
        {
            return AdminProblems.UnknownChain(chainId);
        }

        var page = await transactions.ListOpenAsync(
            chainId == 0 ? engines.Chains : [new ChainId(chainId)], request.Query.ContainsKey("signer") ? signer : null, after, limit + 1, cancellation);
        return TypedResults.Json(TransactionPage.Of(page, limit), TransactionJson.Default.TransactionPage);
    }

    /// <summary>Gives a transaction's nonce to a noop. A block may still be faster with the transaction itself.</summary>
    [Function("CancelTransaction")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<ReplacementAnswer>(200, Description = "The noop is out, or has been mined.")]
    [ProducesResponseType<ReplacementAnswer>(202, Description = "Recorded; it will be sent as soon as the key and the chain are available.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, AdminProblems.UnknownTransactionCode)]
    [Refuses(409, AdminProblems.TooLateCode)]
    [Refuses(503, RefusalCode.ChainUnavailable, "storage_unavailable")]
    public Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Transactions + "/{id}/cancel")] HttpRequest request, string id,
        CancellationToken cancellation) => desk.CancelAsync(request, id, cancellation);

    /// <summary>Replaces a transaction at once, with what being mined soon costs.</summary>
    [Function("SpeedUpTransaction")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<ReplacementAnswer>(200, Description = "A version that offers more is out.")]
    [ProducesResponseType<ReplacementAnswer>(202, Description = "Changed concurrently; read it again.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, AdminProblems.UnknownTransactionCode)]
    [Refuses(409, AdminProblems.TooLateCode, AdminProblems.AtCapCode)]
    [Refuses(503, RefusalCode.ChainUnavailable, RefusalCode.SignersExhausted, "storage_unavailable")]
    public Task<IResult> SpeedUp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Transactions + "/{id}/speed-up")] HttpRequest request, string id,
        CancellationToken cancellation) => desk.SpeedUpAsync(request, id, cancellation);
}
