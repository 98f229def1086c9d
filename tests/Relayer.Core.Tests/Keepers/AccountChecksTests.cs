using System.Numerics;
using DevChain;
using DevChain.Abi;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Liquidation;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Tests.Keepers;

public sealed class AccountChecksTests
{
    private static readonly AbiType.Tuple Results = AbiSignature.Parse("r((bool,bytes)[])").Inputs;
    private static readonly AbiSignature Flagged = AbiSignature.Parse("flaggedAccounts()");
    private static readonly AbiSignature CanLiquidate = AbiSignature.Parse("canLiquidate(uint128)");
    private static readonly AbiSignature MarginOnly = AbiSignature.Parse("canLiquidateMarginOnly(uint128)");
    private static readonly AbiSignature Aggregate = AbiSignature.Parse("aggregate3Value((address,bool,uint256,bytes)[])");

    private const int UnderWater = 4_711;

    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000a1");

    [Fact]
    public async Task Ten_thousand_accounts_are_a_hundred_calls_in_three_round_trips()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var calls = 0;
        var (found, untold) = await FindAsync(node, 10_000, data =>
        {
            Interlocked.Increment(ref calls);
            return Reply(data);
        });

        Assert.Equal([(new BigInteger(UnderWater), TargetKind.Position)], found);
        Assert.Equal((0, 1 + 100, 3), (untold, calls, node.Bodies.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_too_much_for_one_call_is_asked_in_smaller_ones(bool isWhole)
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);

        // Some accounts have so many positions that only a few of them fit into a call's gas.
        var (found, untold) = await FindAsync(node, 5_000, data => Reply(data, calls =>
            calls > 10 && Accounts(data).Contains(UnderWater) ? isWhole ? null : _ => (false, []) : Answer));

        Assert.Equal([(new BigInteger(UnderWater), TargetKind.Position)], found);
        Assert.Equal(0, untold);
    }

    [Fact]
    public async Task What_is_never_answered_is_counted_and_costs_a_bounded_number_of_calls()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var calls = 0;
        var (found, untold) = await FindAsync(node, 10_000, data =>
        {
            Interlocked.Increment(ref calls);
            return Reply(data, _ => Accounts(data).Contains(1) ? Answer : null);
        });

        // Those that share the first account's call are answered.
        Assert.Empty(found);
        Assert.Equal(9_900, untold);
        Assert.InRange(calls, 1, 2_000);
    }

    [Fact]
    public async Task Every_price_that_some_account_wants_is_brought_not_only_the_first_ones()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var (found, untold) = await FindAsync(node, 9, data => Reply(data, _ => call => AnswerWithPrices(call, data)), new AnyPrice());

        Assert.Equal([.. Enumerable.Range(1, 9).Select(i => new BigInteger(i))], found.Select(item => item.Account).Order());
        Assert.Equal(0, untold);
    }

    [Fact]
    public async Task Accounts_whose_price_cannot_be_had_are_counted_and_do_not_keep_the_others_from_being_seen()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var (found, untold) = await FindAsync(node, 9, data => Reply(data, _ => call => AnswerWithPrices(call, data)), new AnyPrice { Without = Feed(1) });

        Assert.Equal((6, 3), (found.Count, untold));
    }

    [Fact]
    public async Task An_account_that_no_market_can_have_is_passed_over()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var most = BigInteger.Pow(2, 128) - 1;
        var (found, _) = await FindAsync(node, 1, data => Flagged.Begins(data)
            ? AbiEncoder.Encode(AbiSignature.Parse("f(uint256[])").Inputs, AbiValue.Of(most, most + 1))
            : Reply(data));

        Assert.Equal([(most, TargetKind.Flagged)], found);
    }

    private static async Task<(IReadOnlyList<(BigInteger Account, TargetKind Kind)> Found, int Untold)> FindAsync(
        NodeStandIn node, int accounts, Func<byte[], byte[]> reply, IPriceSource? prices = null)
    {
        node.Answer = (method, parameters) =>
            method == "eth_call" ? Hex.Encode(reply(Hex.Decode(parameters[0].GetProperty("data").GetString()!))) : "0x1";
        var chain = new ChainOptions { ChainId = node.ChainId };
        chain.Rpc.Add(node.Url);
        using var chains = new ChainClientFactory(new RelayerOptions { Chains = { ["test"] = chain } }, TimeProvider.System, NullLogger<ChainClientFactory>.Instance);
        var client = chains.Get(new ChainId(node.ChainId));
        var settings = LiquidationSettings.From(new LiquidationOptions { Market = Contract, Multicall = Contract });
        var checks = new AccountChecks(client, settings, new PerpsLoop(client, prices ?? new AnyPrice(), Contract, Contract, TimeProvider.System));
        return await checks.FindAsync([.. Enumerable.Range(1, accounts).Select(i => new BigInteger(i))], TestContext.Current.CancellationToken);
    }

    /// <summary>Nobody is flagged, and one account of them all is under water.</summary>
    private static byte[] Reply(byte[] data) => Reply(data, _ => Answer);

    /// <param name="data">The call.</param>
    /// <param name="answerOf">How each of so many calls is answered; <see langword="null"/> for a whole that answers nothing.</param>
    private static byte[] Reply(byte[] data, Func<int, Func<byte[], (bool, byte[])>?> answerOf)
    {
        if (Flagged.Begins(data))
        {
            return AbiEncoder.Encode(AbiSignature.Parse("f(uint256[])").Inputs, AbiValue.Of());
        }

        var calls = Calls(data);
        return answerOf(calls.Length) is not { } answer ? [] : AbiEncoder.Encode(
            Results, AbiValue.Of([.. calls.Select(answer).Select(item => AbiValue.Of(item.Item1, item.Item2))]));
    }

    private static byte[][] Calls(byte[] data)
    {
        Assert.True(Aggregate.TryDecode(data, out var calls));
        return [.. calls[0].AsItems().Select(call => call.AsItems()[3].AsBytes().ToArray())];
    }

    private static IEnumerable<BigInteger> Accounts(byte[] data) =>
        Flagged.Begins(data) ? [] : Calls(data).Select(call => new BigInteger(call.AsSpan(4), isUnsigned: true, isBigEndian: true));

    private static (bool, byte[]) Answer(byte[] call)
    {
        var word = new byte[32];
        word[31] = CanLiquidate.TryDecode(call, out var account) && account[0].AsInteger() == UnderWater ? (byte)1 : (byte)0;
        return (true, word);
    }

    /// <summary>A third of the accounts each wants another feed's price; with it, it is under water.</summary>
    private static (bool, byte[]) AnswerWithPrices(byte[] call, byte[] whole)
    {
        if (MarginOnly.Begins(call))
        {
            return (true, new byte[32]);
        }

        if (!CanLiquidate.TryDecode(call, out var account))
        {
            return (true, []);
        }

        var feed = Feed((int)(account[0].AsInteger() % 3));
        var query = AbiEncoder.Encode(AbiSignature.Parse("q(uint8,uint64,bytes32[])").Inputs, 1UL, 60UL, AbiValue.Of(feed));
        var yes = new byte[32];
        yes[^1] = 1;
        return whole.AsSpan().IndexOf(feed.Span) >= 0 ? (true, yes) : (false, AbiSignature.Parse("OracleDataRequired(address,bytes)").Encode(Contract, query));
    }

    private static Hash32 Feed(int number) => Keccak256.Hash([(byte)number]);

    private sealed class AnyPrice : IPriceSource
    {
        public Hash32? Without { get; init; }

        public Task<PriceAnswer> ReadAsync(OracleQuery query, CancellationToken cancellation) => Task.FromResult<PriceAnswer>(
            Without is { } feed && query.Ids.Contains(feed) ? new PriceAnswer.Missing("none") : new PriceAnswer.Found([[1]]));

        public void Forget(OracleQuery query)
        {
        }
    }
}
