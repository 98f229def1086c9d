using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DevChain;
using Functions.Tests.Admin;
using Functions.Tests.Relay;
using Microsoft.AspNetCore.Http;

namespace Functions.Tests.Callers;

/// <summary>A service that approves requests, beside the running app.</summary>
[Collection(AdminCollection.Name)]
public sealed class ApprovalTests(IsolatedStacks stacks)
{
    private const string Key = "approvals-key-of-these-tests-4f1c-9d";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("deny")]
    [InlineData("allow")]
    public async Task It_is_asked_last_with_a_signature_and_while_it_fails_the_setting_decides(string onFailure)
    {
        var asked = new List<(string Body, string Timestamp, string Signature)>();
        Func<HttpContext, Task> answer = LoopbackServer.Status(204);
        await using var service = new LoopbackServer(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(Cancellation);
            lock (asked)
            {
                asked.Add((body, context.Request.Headers["x-relayer-timestamp"].ToString(), context.Request.Headers["x-relayer-signature"].ToString()));
            }

            await answer(context);
        });
        await service.StartAsync(Cancellation);
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Chains__local__Policy__Approval__Url"] = service.Url + "/ask",
            ["Chains__local__Policy__Approval__Key"] = Key,
            ["Chains__local__Policy__Approval__Timeout"] = "00:00:05", // A busy machine.
            ["Chains__local__Policy__Approval__OnFailure"] = onFailure,
        });
        var world = stack.World;

        var accepted = await PostAsync();
        Assert.Equal(202, accepted.Status);
        var (body, timestamp, signature) = Assert.Single(asked);
        var told = JsonNode.Parse(body)!;
        Assert.Equal((accepted["id"], "anonymous", false), ((string?)told["id"], (string?)told["caller"], (bool)told["simulated"]!));
        Assert.Equal($"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes($"{timestamp}.{body}")))}", signature);

        // What other rules refuse is not asked about.
        Assert.Equal(422, (await PostAsync(data: Calls.Fail("no"))).Status);
        Assert.Single(asked);

        answer = LoopbackServer.Status(403);
        (await PostAsync()).AssertProblem(403, "not_approved");
        (await PostAsync("relay/simulate")).AssertProblem(403, "not_approved");
        Assert.True((bool)JsonNode.Parse(asked[^1].Body)!["simulated"]!);

        answer = LoopbackServer.Status(500);
        Show(await PostAsync());
        answer = service.HangAsync;
        Show(await PostAsync());

        Task<Reply> PostAsync(string path = "relay", byte[]? data = null) =>
            Reply.PostAsync(stack.Http, $"api/{path}", world.Post(world.Infinex, new Wallet(), data: data));

        void Show(Reply reply)
        {
            if (onFailure == "allow")
            {
                Assert.Equal(202, reply.Status);
            }
            else
            {
                IsolatedStack.AssertUnavailable(reply, "approval_unavailable");
            }
        }
    }
}
