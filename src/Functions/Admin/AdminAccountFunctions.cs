using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Functions.Relay;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Relay;
using Relayer.Core.Transactions;

namespace Functions.Admin;

/// <summary>Operators hand in the accounts that keepers deploy, bridge and redeem for.</summary>
/// <param name="engines">The chains' engines.</param>
/// <param name="accounts">What was handed in.</param>
public sealed class AdminAccountFunctions(ChainEngines engines, AccountBook accounts)
{
    private const int MaxPage = 200;
    private const int DefaultPage = 50;
    private const string Accounts = HostRoutes.Admin + "/chains/{chainId}/accounts";

    /// <summary>Takes in accounts that the factory can deploy: all of them or none. What is known just so is left as it is.</summary>
    [Function("AddAccounts")]
    [Operator(OperatorRole.Treasury)]
    [Consumes(typeof(AccountsBody), "application/json")]
    [ProducesResponseType<AccountsAnswer>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(409, AdminProblems.AccountDiffersCode)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> Add(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Accounts)] HttpRequest request, long chainId, CancellationToken cancellation)
    {
        var chain = new ChainId(chainId);
        if (!engines.Chains.Contains(chain))
        {
            return AdminProblems.UnknownChain(chainId);
        }

        var (instruction, handedIn, refusal) = await AccountsReader.ReadAsync(request, cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        var result = await accounts.AddAsync(chain, handedIn, instruction!, cancellation);
        return result.Conflicts.Count > 0
            ? AdminProblems.Conflict(
                AdminProblems.AccountDiffersCode, $"{result.Conflicts[0]} is known with other arguments; none of the accounts was taken in.")
            : TypedResults.Json(
                new AccountsAnswer(chainId, result.Added, handedIn.Count - result.Added), AccountsJson.Default.AccountsAnswer);
    }

    /// <summary>The accounts of a chain that were handed in, by address.</summary>
    [Function("ListAccounts")]
    [Operator(OperatorRole.Look)]
    [Query("limit", typeof(int), "Accounts on a page, 1 to 200; 50 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<AccountsPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Accounts)] HttpRequest request, long chainId, CancellationToken cancellation)
    {
        var chain = new ChainId(chainId);
        if (!engines.Chains.Contains(chain))
        {
            return AdminProblems.UnknownChain(chainId);
        }

        var query = new QueryReader(request.Query);
        var limit = (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage);
        var cursor = request.Query["cursor"].ToString();
        Address? after = Address.TryParse(cursor, out var address) ? address : null;
        return query.Fault is { } fault
            ? AdminProblems.Malformed(fault)
            : cursor.Length > 0 && after is null
                ? AdminProblems.Malformed("cursor must be the nextCursor of the page before.")
                : TypedResults.Json(
                    AccountsPage.Of(chain, await accounts.ListAsync(chain, after, limit + 1, cancellation), limit), AccountsJson.Default.AccountsPage);
    }
}
