using Functions.Tests.Admin;
using Functions.Tests.Relay;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Callers;

namespace Functions.Tests.Callers;

/// <summary>Who is admitted and who is denied, in the running app.</summary>
[Collection(AdminCollection.Name)]
public sealed class AdmissionTests(IsolatedStacks stacks)
{
    private const string Registry = "0x00000000000000000000000000000000000a11ce";

    // Returns what it stores under the address: calldataload(4), sload, mstore(0), return(0, 32).
    private const string RegistryCode = "0x6004355460005260206000f3";
    private const string Shop = "shops-key-of-these-tests-4f1c-9d2e";
    private const string Operate = "operates-key-of-these-tests-4f1c-9d";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_contract_and_operators_admit_users_and_who_is_denied_gets_nothing_whoever_posts_it()
    {
        await stacks.Stack.Node.Rpc.SendAsync("anvil_setCode", [Registry, RegistryCode], Cancellation);
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>(AdminClient.Settings)
        {
            ["Chains__local__Policy__Admission__Contract"] = Registry,
            ["Chains__local__Policy__Admission__CacheNoFor"] = "00:00:00.1",
            ["Chains__local__Policy__Admission__Timeout"] = "00:00:05", // A busy machine.
            ["Chains__local__Policy__Targets__0__Callers"] = "known",
            ["Clients__shop__Key"] = Shop,
            ["Operators__operate__Key"] = Operate,
            ["Operators__operate__Role"] = "operate",
        });
        using var admin = new AdminClient(stack.App);
        var (member, listed, stranger) = (new Wallet(), new Wallet(), new Wallet());

        // Nobody knows them: only a client may post for them.
        (await PostAsync(member)).AssertProblem(403, "caller_not_admitted");
        (await PostAsync(member, path: "relay/simulate")).AssertProblem(403, "caller_not_admitted");
        Assert.Equal(202, (await PostAsync(stranger, Shop)).Status);

        // The contract admits one, which is asked again once its no is old.
        await stacks.Stack.Node.Rpc.SendAsync("anvil_setStorageAt", [Registry, Word(member.Address), $"0x{1:x64}"], Cancellation);
        Assert.True(await RelayWorld.BecomesAsync(async () => (await PostAsync(member)).Status == 202));
        Assert.Equal(1L, await stack.World.AskAsync("select count(*) from relays where caller = 1"));

        // An operator admits another, and denies both: at once, for clients too, and for what is simulated.
        Assert.Equal("allowed", (await admin.PostAsync($"users/{listed.Address}/allow"))["list"]);
        Assert.Equal(202, (await PostAsync(listed)).Status);
        foreach (var user in new[] { member, listed })
        {
            Assert.Equal("True", (await admin.PostAsync($"users/{user.Address}/deny")).Json["changed"]!.GetValue<bool>().ToString());
            (await PostAsync(user)).AssertProblem(403, "user_denied");
            (await PostAsync(user, Shop)).AssertProblem(403, "user_denied");
            (await PostAsync(user, path: "relay/simulate")).AssertProblem(403, "user_denied");
        }

        var page = await admin.GetAsync("users?limit=1");
        Assert.Equal("denied", (string?)page.Json["users"]![0]!["list"]);
        Assert.Single((await admin.GetAsync($"users?limit=1&cursor={page["nextCursor"]}")).Json["users"]!.AsArray());

        // Taken off, each is what it was before.
        foreach (var user in new[] { member, listed })
        {
            await admin.PostAsync($"users/{user.Address}/remove");
        }

        Assert.Equal(202, (await PostAsync(member)).Status);
        (await PostAsync(listed)).AssertProblem(403, "caller_not_admitted");
        Assert.Equal(("user.remove", $"user:{listed.Address}", "a test", "done"), (await admin.AuditAsync(1))[0]);

        // That is the treasury's to decide.
        using var weaker = new AdminClient(stack.App, Operate);
        (await weaker.PostAsync($"users/{stranger.Address}/allow")).AssertProblem(403, "forbidden");
        Assert.Equal(200, (await weaker.GetAsync("users")).Status);
        (await admin.PostAsync("users/0x12/allow")).AssertProblem(400, "malformed_request");

        Task<Reply> PostAsync(Wallet user, string? key = null, string path = "relay") =>
            ClientTests.PostAsync(stack.Http, stack.World.Post(stack.World.Infinex, user), key, path: path);
    }

    [Fact]
    public async Task A_contract_that_does_not_answer_admits_nobody_and_stops_nobody_who_need_not_be_known()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Chains__local__Policy__Admission__Contract"] = "0x00000000000000000000000000000000000a11cf", // Nothing is there.
            ["Chains__local__Policy__Targets__0__Functions__0"] = "burn(uint256)",
            ["Chains__local__Policy__Targets__0__Functions__2"] = "fail(string)",
            ["Chains__local__Policy__Targets__1__Address"] = stacks.Stack.Contracts.Target.ToString(),
            ["Chains__local__Policy__Targets__1__Functions__0"] = "increment()",
            ["Chains__local__Policy__Targets__0__Functions__1"] = "forbidden()",
            ["Chains__local__Policy__Targets__0__Callers"] = "known",
        });
        var known = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet(), data: Calls.Fail("no")));
        IsolatedStack.AssertUnavailable(known, "chain_unavailable");

        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()))).Status);
        Assert.Equal(1L, await stack.World.AskAsync("select count(*) from relays where caller = 0"));
    }

    [Fact]
    public async Task Full_lists_are_told_to_the_operator_who_wants_one_more()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        var user = new Wallet().Address;
        await stack.World.AskAsync(
            "insert into user_lists (user_address, list, by, reason, since) select decode(lpad(to_hex(i), 40, '0'), 'hex'), 1, '', '', now() "
            + $"from generate_series(1, {UserLists.Most}) i");
        try
        {
            (await admin.PostAsync($"users/{user}/deny")).AssertProblem(409, UserLists.FullCode);
            Assert.Equal(("user.deny", $"user:{user}", "a test", UserLists.FullCode), (await admin.AuditAsync(1))[0]);
            await admin.PostAsync($"users/0x{1:x40}/remove");
            Assert.Equal("denied", (await admin.PostAsync($"users/{user}/deny"))["list"]);
        }
        finally
        {
            await stack.World.AskAsync("delete from user_lists");
        }
    }

    private static string Word(Address address) => $"0x{new string('0', 24)}{address.ToString()[2..]}";
}
