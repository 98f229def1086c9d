using System.Numerics;
using System.Text.Json.Nodes;
using Functions.Tests.Admin;
using Functions.Tests.Relay;

namespace Functions.Tests.Treasury;

/// <summary>Budgets in the running app: what strangers are told, what the council sees, and that it is so to the wei.</summary>
[Collection(AdminCollection.Name)]
public sealed class BudgetOperationTests(IsolatedStacks stacks)
{
    private static readonly BigInteger Limit = 2 * BigInteger.Pow(10, 15);

    [Fact]
    public async Task Many_free_keys_spend_the_hours_budget_and_no_more_and_the_council_sees_it()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string>
        {
            ["Chains__local__Budgets__HourWei"] = $"{Limit}",
            ["Schedules__WatchBudgets"] = "* * * * * *",
        });
        var (accepted, refused) = (0, 0);
        JsonNode gas = new JsonObject();
        Assert.True(
            await RelayWorld.BecomesAsync(
                async () =>
                {
                    var reply = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.OpenZeppelin, new Wallet()));
                    if (reply.Status == 202)
                    {
                        accepted++;
                        return false;
                    }

                    reply.AssertProblem(503, "budget_spent");
                    Assert.InRange(reply.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
                    refused++;
                    gas = (await Reply.GetAsync(stack.Http, "api/gas")).Json;
                    return Incident(gas) is { } incident && (string?)incident["severity"] == "critical" && Budget(gas)["state"]!.ToString() == "spent";
                },
                120),
            $"{accepted} accepted, {refused} refused: {gas["chains"]?[0]?["budgets"]?.ToJsonString()}");
        Assert.InRange(accepted, 2, 10_000);

        await stack.AssertLedgerIsTheChainAsync(accepted);

        // The answer is kept for a moment: what is told now may be of before.
        var (spent, held) = (BigInteger.Zero, BigInteger.MinusOne);
        Assert.True(
            await RelayWorld.BecomesAsync(async () =>
            {
                var hour = Budget((await Reply.GetAsync(stack.Http, "api/gas")).Json)["hour"]!;
                (spent, held) = (BigInteger.Parse(hour["spent"]!["wei"]!.ToString()), BigInteger.Parse(hour["held"]!["wei"]!.ToString()));
                return held.IsZero;
            }),
            $"{held} is held");
        Assert.InRange(spent, 1, Limit);
        if (await stack.World.AskAsync("select count(distinct date_trunc('hour', held_at)) from relays") is 1L)
        {
            Assert.Equal($"{spent}", await stack.World.AskAsync("select sum(fee)::text from transactions"));
        }

        var page = (await Reply.GetAsync(stack.Http, "api/council")).Text;
        Assert.Contains("What relays may cost", page, StringComparison.Ordinal);
        Assert.Contains("the budget is spent, what exceeds it is refused", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_users_share_is_refused_as_that_users_and_another_user_is_served()
    {
        await using var stack = await stacks.SettleAsync(new Dictionary<string, string> { ["Chains__local__Budgets__UserDayWei"] = "300000000000000" });
        var greedy = new Wallet();
        Reply? refused = null;
        for (var i = 0; refused is null && i < 100; i++)
        {
            var reply = await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, greedy));
            refused = reply.Status == 202 ? null : reply;
        }

        refused!.AssertProblem(429, "budget_spent");
        Assert.StartsWith("One user's relays may cost 300000000000000 wei a day", refused["detail"], StringComparison.Ordinal);
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()))).Status);
    }

    private static JsonNode Budget(JsonNode gas) => gas["chains"]![0]!["budgets"]!["shared"]!.AsArray().First(budget => (string?)budget!["scope"] == "chain")!;

    private static JsonNode? Incident(JsonNode gas) =>
        gas["incidents"]!["open"]!.AsArray().FirstOrDefault(incident => (string?)incident!["kind"] == "budget_low");
}
