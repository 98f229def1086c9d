using System.Numerics;
using Functions.Tests.Relay;
using Relayer.Core.Ethereum;

namespace Functions.Tests.Admin;

/// <summary>Signers are looked at, taken out of use and given back, with two instances on one database.</summary>
[Collection(AdminCollection.Name)]
public sealed class AdminSignerTests(IsolatedStacks stacks)
{
    private const string Signers = "chains/31337/signers";

    [Fact]
    public async Task A_paused_signer_takes_nothing_new_on_any_instance_and_finishes_what_it_has()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        await using var second = await stack.StartAnotherAppAsync();
        using var here = new AdminClient(stack.App);
        using var there = new AdminClient(second);
        var (world, user, address) = (stack.World, new Wallet(), stack.Signer.Address.ToString());
        stack.Node.Refuse("eth_sendRawTransaction");
        var taken = await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user));
        Assert.Equal(202, taken.Status);

        var paused = await here.PostAsync($"{Signers}/{address.ToLowerInvariant()}/pause", "its key may be known");
        Assert.Equal((200, "true"), (paused.Status, paused["changed"]));
        var signer = paused.Json["signer"]!;
        Assert.Equal(
            (address, true, "operator", "its key may be known", 1, "1", "0"),
            ((string?)signer["address"], (bool)signer["paused"]!, (string?)signer["cause"], (string?)signer["reason"], (int)signer["inFlight"]!,
                (string?)signer["nextNonce"], (string?)signer["chainNonce"]));
        Assert.Equal(BigInteger.Pow(10, 21).ToString(), (string?)signer["balanceWei"]);
        Assert.Equal("false", (await there.PostAsync($"{Signers}/{address}/pause", "me too"))["changed"]);
        foreach (var app in new[] { stack.App, second })
        {
            IsolatedStack.AssertUnavailable(await Reply.PostAsync(app.Http, "api/relay", world.Post(world.Infinex, user)), "signers_exhausted");
        }

        stack.Node.Heal();
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(second.Http, taken["id"]!))["state"]);
        var listed = Assert.Single((await there.GetAsync(Signers)).Json["signers"]!.AsArray())!;
        Assert.Equal((true, 0, "1"), ((bool)listed["paused"]!, (int)listed["inFlight"]!, (string?)listed["chainNonce"]));

        Assert.Equal("true", (await there.PostAsync($"{Signers}/{address}/resume", "it is not"))["changed"]);
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user))).Status);
        Assert.Equal("false", (await here.PostAsync($"{Signers}/{address}/resume", "twice"))["changed"]);

        (await here.PostAsync($"{Signers}/{Address.Zero}/pause")).AssertProblem(404, "unknown_signer");
        (await here.PostAsync($"{Signers}/0x12/pause")).AssertProblem(400, "malformed_request");
        (await here.PostAsync($"chains/5/signers/{address}/pause")).AssertProblem(404, "unknown_chain");
        (await here.GetAsync("chains/5/signers")).AssertProblem(404, "unknown_chain");
        (await here.PostAsync($"{Signers}/{address}/pause", "")).AssertProblem(400, "malformed_request");
        var target = $"signer:31337:{address}";
        Assert.Equal(
            [
                ("signer.resume", target, "twice", "unchanged"), ("signer.resume", target, "it is not", "done"),
                ("signer.pause", target, "me too", "unchanged"), ("signer.pause", target, "its key may be known", "done"),
            ],
            await here.AuditAsync(10));
    }

    [Fact]
    public async Task Out_of_funds_it_is_paused_by_itself_and_goes_on_once_refilled()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        using var admin = new AdminClient(stack.App);
        var (world, user) = (stack.World, new Wallet());
        Assert.Equal(202, (await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user))).Status);

        await FundAsync(stack, 1_000);
        Assert.True(await RelayWorld.BecomesAsync(async () => await CauseAsync(admin) == "balance"), stack.App.Output);
        IsolatedStack.AssertUnavailable(await Reply.PostAsync(stack.Http, "api/relay", world.Post(world.Infinex, user)), "signers_exhausted");

        // Its listing needs no provider.
        stack.Node.Refuse("jsonrpc");
        var listed = Assert.Single((await admin.GetAsync(Signers)).Json["signers"]!.AsArray())!;
        Assert.Equal(("balance", null, null), ((string?)listed["cause"], (string?)listed["balanceWei"], (string?)listed["chainNonce"]));
        stack.Node.Heal();

        await FundAsync(stack, BigInteger.Pow(10, 18));
        await stack.PostUntilTakenAsync(world.Post(world.Infinex, user));
        Assert.Null(await CauseAsync(admin));
        Assert.Empty(await admin.AuditAsync(10));
    }

    private static async Task<string?> CauseAsync(AdminClient admin) =>
        (string?)Assert.Single((await admin.GetAsync(Signers)).Json["signers"]!.AsArray())!["cause"];

    private Task FundAsync(IsolatedStack stack, BigInteger wei) =>
        stacks.Stack.Node.SetBalanceAsync(stack.Signer.Address.ToString(), wei, TestContext.Current.CancellationToken);
}
