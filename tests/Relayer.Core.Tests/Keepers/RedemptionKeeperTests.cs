using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

[Trait("needs", "services")]
public sealed class RedemptionKeeperTests(PostgresFixture postgres)
{
    private const string Redeem = KeeperNames.Redemption;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_burn_is_redeemed_once_it_is_attested_and_nobody_elses_or_smaller_one_is(int version)
    {
        await using var world = await AccountsWorld.StartAsync(postgres, version);
        var app = world.Add();
        var (account, stranger) = (await BurnAsync(world, app, 20), DevKey.Create().Address);
        await BurnDirectlyAsync(world, stranger, 50);
        await BurnDirectlyAsync(world, account.Account, 0);
        await world.RunUntilAsync(app, Redeem, "won:won");
        await app.RunAsync(Redeem);

        Assert.Equal(20 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(account.Account));
        Assert.Equal(BigInteger.Zero, await world.Contracts.ArrivedAsync(stranger));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync(Redeem));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));

        // Handed in after its burn was read: found all the same. And everybody's, when that is wanted.
        await world.PlanAsync(app, plan => plan with { Account = stranger });
        await world.RunUntilAsync(app, Redeem, "won:won", 2);
        Assert.Equal(50 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(stranger));
        var other = DevKey.Create().Address;
        await BurnDirectlyAsync(world, other, 3);
        await world.RunUntilAsync(world.Add(options => options.Redemption.Everyone = true), Redeem, "won:won", 3);
        Assert.Equal(3 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(other));
    }

    [Fact]
    public async Task Circle_that_is_late_away_busy_or_wrong_is_waited_for()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add();
        var account = await BurnAsync(world, app, 20);
        var circle = world.Circle;

        circle.IsPending = true;
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_pending");
        circle.Misbehave = circle.HangAsync;
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_unavailable");
        (circle.Misbehave, circle.IsPending) = (LoopbackServer.Status(404), false);
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_pending", 2);
        circle.Misbehave = null;
        circle.Change = answer => Set(answer, "attestation", "0x1234");
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_wrong");

        // Signed by somebody else: only the chain can tell.
        circle.Change = answer => Set(answer, "attestation", Hex.Encode(new byte[65]));
        await world.RunUntilAsync(app, Redeem, "skipped:simulation_reverted");
        circle.Change = answer => Set(answer, "message", "0x" + new string('0', 496));
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_wrong", 2);
        circle.Change = null;
        circle.Misbehave = LoopbackServer.Status(503);
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_unavailable", 2);
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));

        circle.Misbehave = null;
        await world.RunUntilAsync(app, Redeem, "won:won");
        Assert.Equal(20 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(account.Account));
    }

    [Fact]
    public async Task Circle_that_asks_to_be_left_alone_is_left_alone()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add();
        await BurnAsync(world, app, 20);
        world.Circle.Misbehave = LoopbackServer.Status(429);
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_unavailable");
        world.Circle.Misbehave = null;
        for (var i = 0; i < 5; i++)
        {
            world.Keepers.Time.Advance(TimeSpan.FromSeconds(50));
            await app.RunAsync(Redeem);
            Assert.Single(world.Circle.Requests);
        }

        await world.RunUntilAsync(app, Redeem, "won:won");
        Assert.Equal(2, world.Circle.Requests.Count);
    }

    [Fact]
    public async Task A_burn_that_is_never_attested_is_given_up_in_the_end()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add();
        await BurnAsync(world, app, 20);
        world.Circle.IsPending = true;
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_pending");
        world.Keepers.Time.Advance(TimeSpan.FromDays(1));
        await world.RunUntilAsync(app, Redeem, "failed:attestation_pending");
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    [Fact]
    public async Task Whoever_redeems_first_is_counted_before_the_check_for_nothing_and_after_it_for_one_transaction()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Redemption.Grace = TimeSpan.FromSeconds(30));
        var account = await world.DeployAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        var first = await world.BridgeAsync(account);
        await app.RunAsync(Redeem);
        await world.RedeemAsync(first);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(31));
        await app.RunAsync(Redeem);
        Assert.Equal(["found:found", "lost:community"], await world.DecisionsAsync(Redeem));
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());

        await world.Contracts.MintAsync(account.Account, 20);
        var second = await world.BridgeAsync(account);
        await app.RunAsync(Redeem);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(31));
        await world.HoldBlocksAsync();
        Assert.Equal(1, (await app.RunAsync(Redeem)).Sent);
        var message = Assert.Single(await world.Circle.MessagesAsync(second));
        await world.SendDearlyAsync(
            world.Contracts.Receiver.Address, AbiSignature.Parse("receiveMessage(bytes,bytes)").Encode(message, world.Circle.Sign(message)));
        await world.RunUntilAsync(app, Redeem, "lost:community", 2, () => world.Node.MineAsync());

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], (await world.DecisionsAsync(Redeem)).Skip(2));
        Assert.Equal(40 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(account.Account));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task A_process_that_dies_after_it_found_or_recorded_a_burn_leaves_it_to_the_next()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var first = world.Add(options => options.Redemption.Grace = TimeSpan.FromSeconds(5));
        var account = await BurnAsync(world, first, 20);
        Assert.Equal((1, 0), Count(await first.RunAsync(Redeem)));

        // Found, and dead: another one asks Circle. Recorded, and dead before the signature: the engine signs later.
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(6));
        world.Keepers.Signers.Missing.Add(world.Keepers.Keys[0].Address);
        Assert.Equal("unavailable", (await world.Add().RunAsync(Redeem)).Outcome);
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from keeper_work where state = 1"));
        world.Keepers.Signers.Missing.Clear();
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(6));
        var third = world.Add();
        Assert.Equal((0, 0), Count(await third.RunAsync(Redeem)));
        await world.RunUntilAsync(third, Redeem, "won:won", 1, () => third.Engine.ConfirmAsync(KeeperWorld.Cancellation));

        Assert.Equal(20 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(account.Account));
        Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync(Redeem));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));

        static (int, int) Count(RunRecord run) => (run.Found, run.Sent);
    }

    [Fact]
    public async Task A_burn_that_a_reorg_takes_back_is_forgotten_and_redeemed_when_it_comes_back()
    {
        await using var world = await AccountsWorld.StartAsync(postgres);
        var app = world.Add(options => options.Redemption.MaxAttempts = 2);
        var account = await world.DeployAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        world.Circle.IsPending = true;
        await Task.Delay(1_100, KeeperWorld.Cancellation);
        var before = await world.Node.SnapshotAsync(KeeperWorld.Cancellation);
        await world.BridgeAsync(account);
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_pending");
        await world.Node.RevertAsync(before, KeeperWorld.Cancellation);
        await world.RunUntilAsync(app, Redeem, "dropped:vanished");
        Assert.Contains("skipped:burn_gone", await world.DecisionsAsync(Redeem));
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());

        world.Circle.IsPending = false;
        await world.BridgeAsync(account);
        await world.RunUntilAsync(app, Redeem, "won:won");
        Assert.Equal(20 * (BigInteger)DevAccounts.Dollar, await world.Contracts.ArrivedAsync(account.Account));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    private static async Task<PlannedAccount> BurnAsync(AccountsWorld world, KeeperInstance app, ulong dollars)
    {
        var account = await world.DeployAsync(app);
        await world.Contracts.MintAsync(account.Account, dollars);
        await world.BridgeAsync(account);
        return account;
    }

    /// <summary>Somebody of his own burns for a recipient: so many dollars and a little, which is too little without dollars.</summary>
    private static async Task BurnDirectlyAsync(AccountsWorld world, Address recipient, ulong dollars)
    {
        var amount = dollars == 0 ? 1 : dollars * DevAccounts.Dollar;
        var from = Address.Parse((await world.Node.AccountsAsync(KeeperWorld.Cancellation))[^1]);
        await world.Contracts.Usdc.SendAsync("mint(address,uint256)", from, amount);
        await world.Contracts.Usdc.SendAsync("approve(address,uint256)", world.Contracts.Messenger.Address, amount);
        var word = new Hash32([.. new byte[12], .. recipient.Span]);
        await world.Contracts.Messenger.SendAsync("depositForBurn(uint256,uint32,bytes32)", amount, DevAccounts.Destination, word);
    }

    private static JsonObject Set(JsonObject answer, string member, string value)
    {
        answer["messages"]![0]![member] = value;
        return answer;
    }
}
