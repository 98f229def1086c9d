using System.Numerics;
using DevChain.Abi;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Keepers.TypedContracts;

/// <summary>What is laid out and read by hand, because it comes by the thousand, is what Nethereum's typed classes make of the same.</summary>
public sealed class HandWrittenTests
{
    private const int Rounds = 200;

    private readonly Random _random = new(3);

    [Fact]
    public void Questions_about_accounts_are_the_typed_functions()
    {
        for (var i = 0; i < Rounds; i++)
        {
            var account = Number(16);
            Assert.Equal(new CanLiquidateFunction { AccountId = account }.GetCallData(), PerpsCalls.CanLiquidate(account));
            Assert.Equal(new CanLiquidateMarginOnlyFunction { AccountId = account }.GetCallData(), PerpsCalls.CanLiquidateMarginOnly(account));
            Assert.Equal(new GetOrderFunction { AccountId = account }.GetCallData(), PerpsCalls.GetOrder(account));
        }

        Assert.Throws<OverflowException>(() => PerpsCalls.CanLiquidate(BigInteger.One << 128));
        Assert.Throws<OverflowException>(() => PerpsCalls.CanLiquidate(-1));
    }

    [Fact]
    public void Multicalls_are_the_typed_function_and_their_results_come_back()
    {
        for (var i = 0; i < Rounds; i++)
        {
            InnerCall[] calls =
            [
                .. Enumerable.Range(0, _random.Next(8)).Select(_ => new InnerCall(
                    new Address(Bytes(20)), _random.Next(2) == 0, new Wei(UInt256.From(Number(10))), Bytes(_random.Next(100)))),
            ];
            var typed = new AggregateFunction
            {
                Calls = [.. calls.Select(call => new AggregateFunction.Call
                {
                    Target = call.Target.ToString(), IsRequired = call.IsRequired, Value = call.Value.Value.ToBigInteger(), Data = call.Data,
                })],
            };
            var results = calls.Select(call => (call.IsRequired, call.Data)).ToArray();
            var answer = AbiEncoder.Encode(
                AbiSignature.Parse("r((bool,bytes)[])").Inputs, AbiValue.Of([.. results.Select(result => AbiValue.Of(result.IsRequired, result.Data))]));

            Assert.Equal(typed.GetCallData(), Multicall.Encode(calls));
            Assert.Equal(Typed.Encode(typed), Multicall.Encode(calls));
            Assert.True(Multicall.TryRead(answer, calls.Length, out var read));
            Assert.Equal(results, read.Select(result => (result.IsSuccess, result.Data.ToArray())), (left, right) =>
                left.Item1 == right.Item1 && left.Item2.SequenceEqual(right.Item2));
            Assert.False(Multicall.TryRead(answer, calls.Length + 1, out _));
        }
    }

    [Fact]
    public void Orders_are_read_as_Nethereum_reads_them()
    {
        for (var i = 0; i < Rounds; i++)
        {
            var (time, size) = (Number(32), Number(15) * (_random.Next(2) == 0 ? 1 : -1));
            var answer = AbiEncoder.Encode(
                AbiSignature.Parse("o((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))").Inputs,
                AbiValue.Of(time, AbiValue.Of(Number(16), Number(16), size, Number(16), Number(32), new Hash32(Bytes(32)), new Address(Bytes(20)))));

            Assert.True(OrderAnswer.TryRead(answer, out var order));
            Assert.Equal(new OrderAnswer(time, size), order);
        }
    }

    [Fact]
    public void Events_are_read_as_Nethereum_reads_them()
    {
        for (var i = 0; i < Rounds; i++)
        {
            var opens = Number(4);
            var committed = Log(
                Typed.Topic<OrderCommittedEvent>(), [Number(16), Number(16), Number(32)], "c(uint8,int128,uint256,uint256,uint256,uint256,uint256,address)",
                (BigInteger)_random.Next(256), -Number(15), Number(32), opens - 1, Number(32), opens, opens + 60, new Address(Bytes(20)));
            var settled = Log(
                Typed.Topic<OrderSettledEvent>(), [Number(16), Number(16), Number(32)],
                "s(uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,address)",
                Number(32), -Number(31), Number(31), -Number(15), Number(15), Number(32), Number(32), Number(32), Number(32), new Address(Bytes(20)));
            var cancelled = Log(
                Typed.Topic<OrderCancelledEvent>(), [Number(16), Number(16), Number(32)], "c(uint256,uint256,int128,uint256,address)",
                Number(32), Number(32), -Number(15), Number(32), new Address(Bytes(20)));
            var attempt = Log(Typed.Topic<AccountLiquidationAttemptEvent>(), [Number(16)], "a(uint256,bool)", Number(32), _random.Next(2) == 0);

            var wantCommitted = Decode<OrderCommittedEvent>(committed);
            var wantSettled = Decode<OrderSettledEvent>(settled);
            var wantCancelled = Decode<OrderCancelledEvent>(cancelled);
            var wantAttempt = Decode<AccountLiquidationAttemptEvent>(attempt);
            Assert.Equal(
                new CommittedOrder(
                    wantCommitted.MarketId, wantCommitted.AccountId, (long)wantCommitted.CommitmentTime, (long)wantCommitted.SettlementTime,
                    (long)wantCommitted.ExpirationTime),
                PerpsEvents.ReadCommitted(committed));
            Assert.Equal(
                new EndedOrder(
                    wantSettled.MarketId, wantSettled.AccountId, true, wantSettled.NewSize, wantSettled.SettlementReward,
                    Address.Parse(wantSettled.Settler)),
                PerpsEvents.ReadEnded(settled));
            Assert.Equal(
                new EndedOrder(
                    wantCancelled.MarketId, wantCancelled.AccountId, false, 0, wantCancelled.SettlementReward, Address.Parse(wantCancelled.Settler)),
                PerpsEvents.ReadEnded(cancelled));
            Assert.Equal((wantAttempt.AccountId, wantAttempt.Reward, wantAttempt.FullLiquidation), PerpsEvents.ReadAttempt(attempt));

            // The guarded reader of typed events, too.
            Assert.True(Typed.TryReadEvent<OrderCommittedEvent>(committed, out var guarded));
            Assert.Equal((wantCommitted.SizeDelta, wantCommitted.Sender), (guarded.SizeDelta, guarded.Sender));
            Assert.Equal(wantCommitted.AccountId, guarded.AccountId);
            Assert.Equal(wantCommitted.TrackingCode, guarded.TrackingCode);
        }
    }

    [Fact]
    public void Answers_to_oracles_are_those_of_the_generic_encoder()
    {
        for (var i = 0; i < Rounds; i++)
        {
            var query = new OracleQuery(
                new Address(Bytes(20)), OracleQuery.Benchmark, (ulong)_random.NextInt64(), [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => new Hash32(Bytes(32)))]);
            byte[][] updates = [.. Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Bytes(_random.Next(500)))];
            var inner = AbiEncoder.Encode(
                AbiSignature.Parse("a(uint8,uint64,bytes32[],bytes[])").Inputs, (ulong)query.Kind, query.Time,
                AbiValue.Of([.. query.Ids.Select(id => (AbiValue)id)]), AbiValue.Of([.. updates.Select(update => (AbiValue)update)]));

            Assert.Equal(AbiSignature.Parse("fulfillOracleQuery(bytes)").Encode(inner), query.FulfilData(updates));
        }
    }

    private static T Decode<T>(LogEntry log)
        where T : new() =>
        new EventTopicDecoder().DecodeTopics<T>([.. log.Topics.Select(topic => (object)topic.ToString())], Hex.Encode(log.Data.Span));

    private static LogEntry Log(Hash32 topic, BigInteger[] indexed, string data, params AbiValue[] values) => new(
        default, [topic, .. indexed.Select(number => new Hash32(AbiEncoder.Encode(AbiSignature.Parse("t(uint256)").Inputs, number)))],
        AbiEncoder.Encode(AbiSignature.Parse(data).Inputs, values));

    private BigInteger Number(int bytes) => new(Bytes(bytes), isUnsigned: true, isBigEndian: true);

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}

/// <summary>The multicall, typed.</summary>
[Function("aggregate3Value")]
internal sealed class AggregateFunction : FunctionMessage
{
    [Parameter("tuple[]", "calls", 1)]
    public List<Call> Calls { get; set; } = [];

    internal sealed class Call
    {
        [Parameter("address", "target", 1)]
        public string Target { get; set; } = "";

        [Parameter("bool", "requireSuccess", 2)]
        public bool IsRequired { get; set; }

        [Parameter("uint256", "value", 3)]
        public BigInteger Value { get; set; }

        [Parameter("bytes", "callData", 4)]
        public byte[] Data { get; set; } = [];
    }
}
