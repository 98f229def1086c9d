using System.Text.Json.Nodes;
using Functions.Tests.Relay;
using Npgsql;

namespace Functions.Tests.Admin;

/// <summary>What operators do over HTTP, with two instances on one database.</summary>
[Collection(AdminCollection.Name)]
public sealed class AdminTests(IsolatedStacks stacks)
{
    [Fact]
    public async Task Paused_sponsorship_takes_nothing_new_on_any_instance_and_carries_out_what_was_taken()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        await using var second = await stack.StartAnotherAppAsync();
        using var here = new AdminClient(stack.App);
        using var there = new AdminClient(second);
        var (world, user) = (stack.World, new Wallet());
        stack.Node.Refuse("eth_sendRawTransaction");
        var taken = world.Post(world.OpenZeppelin, user);
        var before = await Reply.PostAsync(stack.Http, "api/relay", taken);
        Assert.Equal((202, "accepted"), (before.Status, before["state"]));

        var paused = await here.PostAsync("sponsorship/pause", " prices look wrong ");
        Assert.Equal(
            (200, "sponsorship", "true", "true", "prices look wrong", AdminClient.Name),
            (paused.Status, paused["scope"], paused["paused"], paused["changed"], paused["reason"], paused["by"]));
        foreach (var app in new[] { stack.App, second })
        {
            foreach (var path in new[] { "api/relay", "api/relay/simulate" })
            {
                var refused = await Reply.PostAsync(app.Http, path, world.Post(world.OpenZeppelin, user, 1));
                IsolatedStack.AssertUnavailable(refused, "sponsorship_paused");
                Assert.DoesNotContain("prices", refused.Text, StringComparison.Ordinal);
            }

            var known = await Reply.PostAsync(app.Http, "api/relay", taken);
            Assert.Equal((200, before["id"]), (known.Status, known["id"]));
        }

        var again = await there.PostAsync("sponsorship/pause", "somebody was faster");
        Assert.Equal(("true", "false", "prices look wrong"), (again["paused"], again["changed"], again["reason"]));
        Assert.Equal("sponsorship", (string?)Assert.Single((await there.GetAsync("pauses")).Json["pauses"]!.AsArray())!["scope"]);

        stack.Node.Heal();
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(stack.Http, before["id"]!))["state"]);

        var resumed = await there.PostAsync("sponsorship/resume", "all is well");
        Assert.Equal((200, "false", "true", null), (resumed.Status, resumed["paused"], resumed["changed"], resumed["reason"]));
        Assert.Equal("false", (await here.PostAsync("sponsorship/resume", "twice"))["changed"]);
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.OpenZeppelin, user, 1))).Status);

        Assert.Equal(
            [
                ("sponsorship.resume", "sponsorship", "twice", "unchanged"),
                ("sponsorship.resume", "sponsorship", "all is well", "done"),
                ("sponsorship.pause", "sponsorship", "somebody was faster", "unchanged"),
                ("sponsorship.pause", "sponsorship", "prices look wrong", "done"),
            ],
            await here.AuditAsync(10));
        var first = await here.GetAsync("audit?limit=3");
        var rest = await here.GetAsync($"audit?limit=3&cursor={first["nextCursor"]}");
        Assert.Equal("prices look wrong", (string?)Assert.Single(rest.Json["entries"]!.AsArray())!["reason"]);
        Assert.Null(rest["nextCursor"]);
        foreach (var change in new[] { "update audit set who = 'nobody'", "delete from audit", "truncate audit" })
        {
            await Assert.ThrowsAsync<PostgresException>(() => world.AskAsync(change));
        }
    }

    [Fact]
    public async Task A_chain_is_paused_by_itself_and_what_is_not_a_command_is_refused()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        var (world, user) = (stack.World, new Wallet());

        Assert.Equal("sponsorship:31337", (await admin.PostAsync("chains/31337/sponsorship/pause"))["scope"]);
        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user)), "sponsorship_paused");

        // To resume all leaves the chain as it is, and pausing all does not end with the chain.
        await admin.PostAsync("sponsorship/resume");
        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user)), "sponsorship_paused");
        await admin.PostAsync("sponsorship/pause");
        await admin.PostAsync("chains/31337/sponsorship/resume");
        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user)), "sponsorship_paused");
        await admin.PostAsync("sponsorship/resume");
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user))).Status);

        var entries = await world.AskAsync("select count(*) from audit");
        (await admin.PostAsync("chains/7/sponsorship/pause")).AssertProblem(404, "unknown_chain");
        (await admin.PostAsync("chains/-1/sponsorship/resume")).AssertProblem(404, "unknown_chain");
        (await admin.PostAsync("chains/one/sponsorship/pause")).AssertProblem(400, "malformed_request");
        JsonNode[] bodies =
        [
            new JsonObject(), new JsonArray(), new JsonObject { ["reason"] = 1 }, new JsonObject { ["reason"] = "  " },
            new JsonObject { ["reason"] = "two\nlines" }, new JsonObject { ["reason"] = new string('x', 501) },
            new JsonObject { ["reason"] = null }, new JsonObject { ["reason"] = "why", ["who"] = "me" },
        ];
        foreach (var body in bodies)
        {
            (await admin.PostAsync("sponsorship/pause", body)).AssertProblem(400, "malformed_request");
        }

        foreach (var query in new[] { "limit=0", "limit=101", "limit=", "cursor=x", "cursor=-1" })
        {
            (await admin.GetAsync($"audit?{query}")).AssertProblem(400, "malformed_request");
        }

        Assert.Equal(entries, await world.AskAsync("select count(*) from audit"));
    }
}
