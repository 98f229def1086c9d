using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>Prices that contradict themselves or each other, services that fail in turn, and fees that change between check and block.</summary>
[Trait("needs", "services")]
public sealed class SettlementPriceTests(PostgresFixture postgres)
{
    private static readonly Hash32 OtherFeed = Keccak256.Hash("another feed"u8);

    [Fact]
    public async Task Two_prices_of_the_same_second_are_no_matter_what_was_simulated_is_what_is_sent()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();

        // At the second price the order would be cancelled. Until the fee is bearable only the first one is known.
        world.Hermes.Prices[DevPerps.Feed] = _ => world.Hermes.Requests.Count > 1 ? 2200_00000000 : 2000_00000000;
        await world.Perps.Pyth.SendAsync("setFee(uint256)", 2 * BigInteger.Pow(10, 19));
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "skipped:loss_too_high");
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));

        await world.Perps.Pyth.SendAsync("setFee(uint256)", 1UL);
        await world.RunUntilAsync(app, "won:won");
        Assert.Equal("settled", await world.ScalarAsync<string>("select detail from keeper_work"));
        Assert.Single(world.Hermes.Requests);
    }

    [Fact]
    public async Task What_is_parsed_may_disagree_with_what_is_signed_only_the_signed_counts_and_only_if_it_is_what_was_asked_for()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var (app, hermes) = (world.Add(), world.Hermes);
        hermes.Prices[OtherFeed] = _ => 1_00000000;
        await world.CommitAsync(1, 1, 2100);
        await world.OpenAsync();

        // Parsed as asked for; signed for another feed, then for another time. The chain refuses both.
        await RefusedAsync(
            world, app, "PriceFeedNotFoundWithinRange", answer => answer["binary"]!["data"]![0] = Signed(hermes, OtherFeed, TimeOf(answer)));
        await RefusedAsync(
            world, app, "PriceFeedNotFoundWithinRange", answer => answer["binary"]!["data"]![0] = Signed(hermes, DevPerps.Feed, TimeOf(answer) + 1));

        // Signed as asked for; parsed for an earlier time. It is not even simulated.
        await RefusedAsync(world, app, "a price of ", answer => answer["parsed"]![0]!["price"]!["publish_time"] = TimeOf(answer) - 1);
        Assert.Equal(0, await world.ScalarAsync<long>("select count(*) from transactions"));

        // Parsed as a price at which the order would be cancelled.
        hermes.Change = Changed(answer => answer["parsed"]![0]!["price"]!["price"] = "999900000000");
        await world.RunUntilAsync(app, "won:won");
        Assert.Equal("settled", await world.ScalarAsync<string>("select detail from keeper_work"));
    }

    [Fact]
    public async Task Whatever_is_wrong_with_one_service_the_next_one_is_asked_and_the_first_again_when_it_is_well()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await using var second = await HermesStandIn.StartAsync(KeeperWorld.Cancellation);
        var first = world.Hermes;
        (second.Now, second.ApiKey, first.ApiKey) = (first.Now, "for the second", "for the first");
        (first.Prices[OtherFeed], second.Prices[DevPerps.Feed]) = (_ => 1_00000000, _ => 2000_00000000);
        var app = world.Add(options: options =>
        {
            options.Hermes.Key = first.ApiKey;
            options.Hermes.Fallbacks.Add(new HermesServiceOptions { Url = $"{second.Url}", Key = second.ApiKey });
        });
        Action[] faults =
        [
            () => first.Misbehave = LoopbackServer.Status(503),
            () => first.Misbehave = LoopbackServer.Status(404),
            () => first.Misbehave = LoopbackServer.Status(429, "1"),
            () => first.Misbehave = first.HangAsync,
            () => first.Misbehave = context => context.Response.Body.WriteAsync(new byte[8]).AsTask(),
            () => first.Change = Changed(answer => answer["parsed"]![0]!["id"] = new string('1', 64)),
            () => first.Change = Changed(answer => answer["binary"]!["data"]![0] = Signed(first, OtherFeed, TimeOf(answer))),
        ];
        for (var account = 1; account <= faults.Length; account++)
        {
            faults[account - 1]();
            var asked = first.Requests.Count;
            await world.CommitAsync((ulong)account, 1, 2100);
            await world.OpenAsync();
            await world.RunUntilAsync(app, "won:won", account);
            Assert.Equal((account, asked + 1), (second.Requests.Count, first.Requests.Count));
            (first.Misbehave, first.Change) = (null, null);
            await world.MoveAsync(TimeSpan.FromMinutes(1));
        }

        // They disagree: whoever is first is believed, as long as the chain takes it. The first one gives what is refused no more.
        second.Prices[DevPerps.Feed] = _ => 2200_00000000;
        await world.CommitAsync(100, 1, 2100);
        await world.OpenAsync();
        await world.RunUntilAsync(app, "won:won", faults.Length + 1);
        Assert.Equal(faults.Length, second.Requests.Count);
        Assert.Equal(PerpsWorld.One, await world.Perps.SizeAsync(100));
    }

    [Fact]
    public async Task A_fee_that_is_raised_between_check_and_block_costs_one_transaction_and_the_next_one_pays_it()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        var app = world.Add();
        var head = await SendAsync(world, app);
        await SetFeeAsync(world, 50);
        await world.AtAsync(head + 1);
        await world.RunUntilAsync(app, "sent:sent", 2);
        await world.AtAsync(head + 2);
        await world.RunUntilAsync(app, "won:won");

        Assert.Equal(["found:found", "sent:sent", "failed:reverted", "sent:sent", "won:won"], await world.ToldAsync());
        Assert.Equal([1, 50], await world.ColumnAsync<BigInteger>("select value from transactions order by nonce"));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
        Assert.Equal(50, await world.Node.BalanceAsync($"{world.Perps.Pyth.Address}", KeeperWorld.Cancellation));
    }

    [Fact]
    public async Task A_fee_that_is_lowered_between_check_and_block_costs_what_was_sent_and_no_more()
    {
        await using var world = await PerpsWorld.StartAsync(postgres);
        await world.Perps.Pyth.SendAsync("setFee(uint256)", 50UL);
        var app = world.Add();
        var head = await SendAsync(world, app);
        await SetFeeAsync(world, 7);
        await world.AtAsync(head + 1);
        await world.RunUntilAsync(app, "won:won");

        // Pyth keeps what is too much; nothing stays on the way to it, and the budget has lost all of it.
        Assert.Equal(50, await world.ScalarAsync<BigInteger>("select value from transactions"));
        Assert.Equal(50, await world.Node.BalanceAsync($"{world.Perps.Pyth.Address}", KeeperWorld.Cancellation));
        Assert.Equal(await world.Keepers.PaidAsync(), await world.ScalarAsync<BigInteger>("select spent from keeper_budgets where held = 0"));
    }

    /// <summary>An order whose settlement waits in the pool.</summary>
    /// <returns>The newest block's second.</returns>
    private static async Task<long> SendAsync(PerpsWorld world, KeeperInstance app)
    {
        await world.CommitAsync(1, 1, 2100);
        await world.HoldAsync();
        var head = await world.HeadAsync() + 3;
        await world.AtAsync(head);
        await world.RunUntilAsync(app, "sent:sent");
        return head;
    }

    private static Task SetFeeAsync(PerpsWorld world, ulong fee) => world.SendDearlyAsync(
        world.Perps.Pyth.Address, DevChain.Abi.AbiSignature.Parse("setFee(uint256)").Encode(fee));

    /// <summary>Answers are changed until one was refused for that; after junk, so that it is seen to be refused anew.</summary>
    private static async Task RefusedAsync(PerpsWorld world, KeeperInstance app, string why, Action<JsonObject> change)
    {
        foreach (var (answer, detail) in new[] { (_ => [], "Hermes answered junk"), (Changed(change), why) })
        {
            world.Hermes.Change = answer;
            await world.Keepers.BecomesAsync(
                async () => await world.ScalarAsync<long>(
                    $"select count(*) from keeper_work where reason = 'price_wrong' and detail like '{detail}%'") == 1,
                async () =>
                {
                    await world.MoveAsync(TimeSpan.FromSeconds(1));
                    await app.RunAsync(KeeperNames.Settlement);
                });
        }
    }

    private static Func<JsonObject, JsonObject> Changed(Action<JsonObject> change) => answer =>
    {
        change(answer);
        return answer;
    };

    private static long TimeOf(JsonObject answer) => answer["parsed"]![0]!["price"]!["publish_time"]!.GetValue<long>();

    private static string Signed(HermesStandIn hermes, Hash32 feed, long time) => Convert.ToHexStringLower(hermes.Sign(feed, time, time - 1));
}
