using System.Numerics;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Two chains: burnt on one, redeemed on the other.</summary>
[Trait("needs", "services")]
public sealed class RedemptionAcrossChainsTests(PostgresFixture postgres)
{
    private const string Redeem = KeeperNames.Redemption;
    private static readonly BigInteger Dollars = 20 * (BigInteger)DevAccounts.Dollar;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_deployed_and_bridged_on_one_chain_arrives_on_the_other_once(int version)
    {
        await using var world = await AccountsWorld.StartAsync(postgres, version, apart: true);
        var app = world.Add();
        var account = await world.PlanAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        foreach (var keeper in new[] { KeeperNames.Deployment, KeeperNames.Bridging, Redeem })
        {
            await world.RunUntilAsync(app, keeper, "won:won");
            Assert.Equal(["found:found", "sent:sent", "won:won"], await world.DecisionsAsync(keeper));
        }

        Assert.Equal(Dollars, await world.Contracts.ArrivedAsync(account.Account));
        Assert.Equal(
            [$"bridging {world.Node.ChainId}", $"deployment {world.Node.ChainId}", $"redemption {world.Destination.ChainId}"],
            (await world.Keepers.ColumnAsync<string>("select purpose || ' ' || chain_id from transactions")).Order(StringComparer.Ordinal));

        // Whoever forgets everything reads the burn again, and sees on the other chain that it was redeemed.
        await world.Keepers.ColumnAsync<long>("delete from keeper_logs returning 1::bigint");
        await world.Keepers.ColumnAsync<long>("delete from keeper_cursors returning 1::bigint");
        await world.Keepers.ColumnAsync<long>("delete from keeper_messages returning 1::bigint");
        await world.Keepers.ColumnAsync<long>("delete from keeper_work where keeper = 'redemption' returning 1::bigint");
        await world.RunUntilAsync(world.Add(), Redeem, "lost:community");
        Assert.Equal(3, await world.ScalarAsync<long>("select count(*) from transactions"));
        Assert.Equal(Dollars, await world.Contracts.ArrivedAsync(account.Account));
    }

    [Fact]
    public async Task Whoever_redeems_first_on_the_other_chain_is_counted_before_the_check_and_after_it()
    {
        await using var world = await AccountsWorld.StartAsync(postgres, version: 2, apart: true);
        var app = world.Add(options => options.Redemption.Grace = TimeSpan.FromSeconds(30));
        var (_, first) = await BurnAsync(world, app);
        await app.RunAsync(Redeem);
        await world.RedeemAsync(first);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(31));
        await app.RunAsync(Redeem);
        Assert.Equal(["found:found", "lost:community"], await world.DecisionsAsync(Redeem));
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());

        var (account, second) = await BurnAsync(world, app);
        await app.RunAsync(Redeem);
        world.Keepers.Time.Advance(TimeSpan.FromSeconds(31));
        await world.HoldBlocksAsync(world.Destination);
        Assert.Equal(1, (await app.RunAsync(Redeem)).Sent);
        var message = Assert.Single(await world.Circle.MessagesAsync(second));
        await world.SendDearlyAsync(
            world.Contracts.Receiver.Address, AbiSignature.Parse("receiveMessage(bytes,bytes)").Encode(message, world.Circle.Sign(message)),
            world.Destination);
        await world.RunUntilAsync(app, Redeem, "lost:community", 2, () => world.Destination.MineAsync());

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "lost:community"], (await world.DecisionsAsync(Redeem)).Skip(2));
        Assert.Equal(Dollars, await world.Contracts.ArrivedAsync(account.Account));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select sum(spent) from keeper_budgets where held = 0"));
    }

    [Fact]
    public async Task What_expired_is_attested_again_and_the_old_attestation_is_put_up_with_until_then()
    {
        await using var world = await AccountsWorld.StartAsync(postgres, version: 2, apart: true);
        var app = world.Add();
        world.Circle.ExpiresAt = 1;
        world.Circle.IsSlow = true;
        var (account, _) = await BurnAsync(world, app);
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_expired");

        // Asked again no more often than once a minute, and nothing is sent meanwhile.
        var asked = Orders(world).Count;
        for (var i = 0; i < 5; i++)
        {
            world.Keepers.Time.Advance(TimeSpan.FromSeconds(11));
            await app.RunAsync(Redeem);
        }

        Assert.Equal(asked, Orders(world).Count);
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));
        world.Circle.IsSlow = false;
        await world.RunUntilAsync(app, Redeem, "won:won");

        Assert.Equal(["found:found", "skipped:attestation_expired", "sent:sent", "won:won"], await world.DecisionsAsync(Redeem));
        Assert.Equal(Dollars, await world.Contracts.ArrivedAsync(account.Account));
        Assert.All(Orders(world), order => Assert.Matches("^/v2/reattest/0x[0-9a-f]{64}$", order));
        Assert.Equal(1, await world.ScalarAsync<long>("select count(*) from transactions"));
    }

    [Fact]
    public async Task What_has_not_expired_is_redeemed_and_what_is_not_taken_for_another_reason_is_not_attested_again()
    {
        await using var world = await AccountsWorld.StartAsync(postgres, version: 2, apart: true);
        var app = world.Add();
        world.Circle.ExpiresAt = 1_000_000;
        var (account, _) = await BurnAsync(world, app);
        world.Circle.Change = answer =>
        {
            answer["messages"]![0]!["attestation"] = "0x" + new string('0', 130);
            return answer;
        };
        await world.RunUntilAsync(app, Redeem, "skipped:simulation_reverted");
        world.Circle.Change = null;
        await world.RunUntilAsync(app, Redeem, "won:won");

        Assert.Empty(Orders(world));
        Assert.Equal(Dollars, await world.Contracts.ArrivedAsync(account.Account));
    }

    [Fact]
    public async Task An_order_that_Circle_refuses_or_does_not_answer_is_said_and_repeated_and_a_refusal_given_up_in_the_end()
    {
        await using var world = await AccountsWorld.StartAsync(postgres, version: 2, apart: true);
        var app = world.Add();
        world.Circle.ExpiresAt = 1;
        await BurnAsync(world, app);
        (world.Circle.MisbehaveOrders, var detail) = (LoopbackServer.Status(503), "select detail from keeper_work where keeper = 'redemption'");
        await world.RunUntilAsync(app, Redeem, "skipped:attestation_expired");
        Assert.Equal("Circle could not be asked for another: Circle answered 503", await world.ScalarAsync<string>(detail));
        world.Circle.MisbehaveOrders = LoopbackServer.Status(400);
        await world.Keepers.BecomesAsync(
            async () => await world.ScalarAsync<string>(detail) == "it is not attested again: Circle answered 400",
            async () =>
            {
                world.Keepers.Time.Advance(TimeSpan.FromMinutes(2));
                await app.RunAsync(Redeem);
            });
        world.Keepers.Time.Advance(TimeSpan.FromDays(1));
        await world.RunUntilAsync(app, Redeem, "failed:attestation_expired");
        Assert.Equal(BigInteger.Zero, await world.Keepers.PaidAsync());
    }

    private static List<string> Orders(AccountsWorld world) =>
        [.. world.Circle.Requests.Where(request => request.StartsWith("/v2/reattest/", StringComparison.Ordinal))];

    private static async Task<(PlannedAccount Account, string Transaction)> BurnAsync(AccountsWorld world, KeeperInstance app)
    {
        var account = await world.DeployAsync(app);
        await world.Contracts.MintAsync(account.Account, 20);
        return (account, await world.BridgeAsync(account));
    }
}
