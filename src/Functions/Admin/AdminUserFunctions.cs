using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Functions.Relay;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Callers;

namespace Functions.Admin;

/// <summary>Operators admit users and deny others, on every chain.</summary>
/// <param name="lists">The lists.</param>
public sealed class AdminUserFunctions(UserLists lists)
{
    private const int MaxPage = 200;
    private const int DefaultPage = 50;
    private const string Users = HostRoutes.Admin + "/users";

    /// <summary>The users that are admitted or denied, by address.</summary>
    [Function("ListUsers")]
    [Operator(OperatorRole.Look)]
    [Query("limit", typeof(int), "Users on a page, 1 to 200; 50 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<UserListPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = Users)] HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var limit = (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage);
        var cursor = request.Query["cursor"].ToString();
        Address? after = Address.TryParse(cursor, out var address) ? address : null;
        return query.Fault is { } fault
            ? AdminProblems.Malformed(fault)
            : cursor.Length > 0 && after is null
                ? AdminProblems.Malformed("cursor must be the nextCursor of the page before.")
                : TypedResults.Json(UserListPage.Of(await lists.ListAsync(after, limit + 1, cancellation), limit), UserListJson.Default.UserListPage);
    }

    /// <summary>Admits a user: known wherever that makes a difference. Takes them off the denied.</summary>
    [Function("AllowUser")]
    [Operator(OperatorRole.Treasury)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<UserListAnswer>(200, Description = "It is so, with this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(409, UserLists.FullCode)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Allow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Users + "/{address}/allow")] HttpRequest request, string address,
        CancellationToken cancellation) => PutAsync(request, address, UserList.Allowed, cancellation);

    /// <summary>Denies a user: nothing is relayed for them any more, whoever posts it. What is under way goes on.</summary>
    [Function("DenyUser")]
    [Operator(OperatorRole.Treasury)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<UserListAnswer>(200, Description = "It is so, with this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(409, UserLists.FullCode)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Deny(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Users + "/{address}/deny")] HttpRequest request, string address,
        CancellationToken cancellation) => PutAsync(request, address, UserList.Denied, cancellation);

    /// <summary>Takes a user off the lists.</summary>
    [Function("RemoveUser")]
    [Operator(OperatorRole.Treasury)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<UserListAnswer>(200, Description = "It is so, with this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Users + "/{address}/remove")] HttpRequest request, string address,
        CancellationToken cancellation) => PutAsync(request, address, UserList.None, cancellation);

    private async Task<IResult> PutAsync(HttpRequest request, string address, UserList list, CancellationToken cancellation)
    {
        if (!Address.TryParse(address, out var user))
        {
            return AdminProblems.Malformed("The user must be an address.");
        }

        var (instruction, refusal) = await InstructionReader.ReadAsync(request, cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        var change = await lists.PutAsync(user, list, instruction!, cancellation);
        return change == UserListChange.Full
            ? AdminProblems.Conflict(UserLists.FullCode, $"{UserLists.Most} users are on the lists, and no more may be. Take some off first, or have a contract admit them.")
            : TypedResults.Json(UserListAnswer.Of(user, list, change == UserListChange.Changed), UserListJson.Default.UserListAnswer);
    }
}
