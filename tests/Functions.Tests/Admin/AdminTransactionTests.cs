using System.Numerics;
using System.Text.Json.Nodes;
using Functions.Tests.Relay;

namespace Functions.Tests.Admin;

/// <summary>Transactions are looked at, replaced and cancelled over HTTP.</summary>
[Collection(AdminCollection.Name)]
public sealed class AdminTransactionTests(IsolatedStacks stacks)
{
    [Fact]
    public async Task A_transaction_under_way_is_found_replaced_and_cancelled_and_all_of_it_is_audited()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        var (world, user) = (stack.World, new Wallet());
        stack.Node.Refuse("eth_sendRawTransaction");
        var relay = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));
        await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));

        var first = await admin.GetAsync("transactions?chainId=31337&state=open&limit=1");
        var rest = await admin.GetAsync($"transactions?limit=1&cursor={first["nextCursor"]}&signer={stack.Signer.Address}");
        var (one, two) = (Only(first), Only(rest));
        Assert.Equal(("0", "1"), ((string?)one["nonce"], (string?)two["nonce"]));
        Assert.Null(rest["nextCursor"]);
        Assert.Equal(
            (31337L, "relay", "signed", stack.Signer.Address.ToString(), world.Infinex.Address.ToString(), false),
            ((long)one["chainId"]!, (string?)one["purpose"], (string?)one["state"], (string?)one["signer"], (string?)one["to"], (bool)one["waitsAtCap"]!));
        var attempt = Assert.Single(one["attempts"]!.AsArray())!;
        Assert.Equal((relay["transactionHash"], false), ((string?)attempt["transactionHash"], (bool)attempt["selfSend"]!));
        Assert.True(Fee(attempt) > 0);
        Assert.Empty((await admin.GetAsync($"transactions?signer={user.Address}")).Json["transactions"]!.AsArray());

        var id = (string)one["id"]!;
        var faster = await admin.PostAsync($"transactions/{id}/speed-up", "a user waits");
        Assert.Equal((200, "done"), (faster.Status, faster["outcome"]));
        var attempts = faster.Json["transaction"]!["attempts"]!.AsArray();
        Assert.Equal(2, attempts.Count);
        Assert.True(Fee(attempts[1]!) * 10 >= Fee(attempts[0]!) * 11);

        var cancelled = await admin.PostAsync($"transactions/{id}/cancel", "no more");
        Assert.Equal((200, "done"), (cancelled.Status, cancelled["outcome"]));
        Assert.Equal("cancelled", (string?)cancelled.Json["transaction"]!["closing"]);
        Assert.True((bool)cancelled.Json["transaction"]!["attempts"]!.AsArray()[^1]!["selfSend"]!);
        var again = await admin.PostAsync($"transactions/{id}/cancel", "no more, I said");
        Assert.Equal((200, 3), (again.Status, again.Json["transaction"]!["attempts"]!.AsArray().Count));

        stack.Node.Heal();
        Assert.Equal("failed", (await RelayWorld.WaitAsync(stack.Http, relay["id"]!))["state"]);
        var final = await admin.GetAsync($"transactions/{id}");
        Assert.Equal(("cancelled", false), (final["state"], final["transactionHash"] == relay["transactionHash"]));
        Assert.True(BigInteger.Parse(final["feeWei"]!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal(200, (await admin.PostAsync($"transactions/{id}/cancel", "is it?")).Status);
        (await admin.PostAsync($"transactions/{id}/speed-up", "late")).AssertProblem(409, "transaction_too_late");

        Assert.True(await RelayWorld.BecomesAsync(async () => (await admin.GetAsync($"transactions/{two["id"]}"))["state"] == "confirmed"));
        (await admin.PostAsync($"transactions/{two["id"]}/cancel", "too late")).AssertProblem(409, "transaction_too_late");
        Assert.Empty((await admin.GetAsync("transactions")).Json["transactions"]!.AsArray());
        Assert.Equal(
            [
                ("transaction.cancel", (string)two["id"]!, "too late", "transaction_too_late"), ("transaction.cancel", (string)two["id"]!, "too late", "asked"),
                ("transaction.speed_up", id, "late", "transaction_too_late"), ("transaction.speed_up", id, "late", "asked"),
                ("transaction.cancel", id, "is it?", "done"), ("transaction.cancel", id, "is it?", "asked"),
                ("transaction.cancel", id, "no more, I said", "done"), ("transaction.cancel", id, "no more, I said", "asked"),
                ("transaction.cancel", id, "no more", "done"), ("transaction.cancel", id, "no more", "asked"),
                ("transaction.speed_up", id, "a user waits", "done"), ("transaction.speed_up", id, "a user waits", "asked"),
            ],
            await admin.AuditAsync(20));
    }

    [Fact]
    public async Task What_is_no_transaction_and_what_is_no_question_is_refused()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        var unknown = Guid.CreateVersion7();

        (await admin.GetAsync($"transactions/{unknown}")).AssertProblem(404, "unknown_transaction");
        (await admin.GetAsync("transactions/first")).AssertProblem(400, "malformed_request");
        foreach (var verb in new[] { "cancel", "speed-up" })
        {
            (await admin.PostAsync($"transactions/{unknown}/{verb}")).AssertProblem(404, "unknown_transaction");
            (await admin.PostAsync($"transactions/first/{verb}")).AssertProblem(400, "malformed_request");
            (await admin.PostAsync($"transactions/{unknown}/{verb}", new JsonObject())).AssertProblem(400, "malformed_request");
        }

        foreach (var query in new[] { "limit=0", "limit=many", "state=closed", "signer=0x12", "cursor=1", "chainId=-1", "chainId=x" })
        {
            (await admin.GetAsync($"transactions?{query}")).AssertProblem(400, "malformed_request");
        }

        (await admin.GetAsync("transactions?chainId=5")).AssertProblem(404, "unknown_chain");
        Assert.Empty(await admin.AuditAsync(10));
    }

    private static JsonNode Only(Reply page) => Assert.Single(page.Json["transactions"]!.AsArray())!;

    private static BigInteger Fee(JsonNode attempt) =>
        BigInteger.Parse((string)attempt["maxFeePerGasWei"]!, System.Globalization.CultureInfo.InvariantCulture);
}
