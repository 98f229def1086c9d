using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Nethereum.Contracts.Standards.ERC20.ContractDefinition;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Cctp;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Upkeeps;
using Relayer.Core.Providers;

namespace Primitives;

/// <summary>What keepers encode and decode: by hand where that is done, and as typed classes. Processor time, one thread.</summary>
internal sealed class ContractRun
{
    private const int Calls = 200;

    private static readonly BigInteger Account = BigInteger.Pow(2, 127) - 1;
    private static readonly Address Someone = Address.Parse("0x3535353535353535353535353535353535353535");
    private static readonly string SomeoneText = Someone.ToString();
    private static readonly byte[] Word = Keccak256.Hash("word"u8).ToArray();

    private readonly InnerCall[] _calls =
        [.. Enumerable.Range(0, Calls).Select(_ => new InnerCall(Someone, false, Wei.Zero, PerpsCalls.CanLiquidate(Account)))];

    private readonly byte[] _results = Typed.EncodeMembers(new AggregateAnswer
    {
        Results = [.. Enumerable.Range(0, Calls).Select(_ => new AggregateResult { IsSuccess = true, Data = new byte[32] })],
    });

    private readonly byte[] _order = Typed.EncodeMembers(new GetOrderAnswer());

    private readonly byte[] _check = Typed.EncodeMembers(new CheckUpkeepAnswer { IsNeeded = true, PerformData = new byte[100] });

    private readonly byte[] _need;
    private readonly LogEntry _committed;
    private readonly OracleQuery _query = new(Someone, OracleQuery.Latest, 60, [new Hash32(Word)]);

    private ContractRun()
    {
        var query = Typed.EncodeMembers(new OracleQueryBytes { Kind = 1, Time = 60, Ids = [Word] });
        _need = [0xcf, 0x2c, 0xab, 0xdf, .. Typed.EncodeMembers(new OracleDataRequired { Oracle = SomeoneText, Query = query })];
        var number = new Hash32([.. new byte[31], 7]);
        _committed = new LogEntry(Someone, [Typed.Topic<OrderCommittedEvent>(), number, number, number], Typed.EncodeMembers(new OrderCommittedData { Sender = SomeoneText }));
    }

    public static void Print(TextWriter output, double seconds)
    {
        var run = new ContractRun();
        (string Name, Func<object?>? ByHand, Func<object?> Typed)[] rows =
        [
            ("`canLiquidate`, encode", () => PerpsCalls.CanLiquidate(Account), () => Typed.Encode(new CanLiquidateFunction { AccountId = Account })),
            ($"multicall of {Calls}, encode", () => Multicall.Encode(run._calls), run.TypedAggregate),
            ($"its results, decode", run.Results, () => Typed.TryRead<AggregateAnswer>(run._results, out var read) ? read : throw Wrong()),
            ("`getOrder`'s answer, decode", run.Order, () => Typed.TryRead<GetOrderAnswer>(run._order, out var read) ? read : throw Wrong()),
            ("`OrderCommitted`, decode", () => PerpsEvents.ReadCommitted(run._committed) ?? throw Wrong(), () => Typed.TryReadEvent<OrderCommittedEvent>(run._committed, out var read) ? read : throw Wrong()),
            ("`OracleDataRequired`, decode", () => OracleNeed.Read(run._need) ?? throw Wrong(), run.TypedNeed),
            ("`settleOrder`, encode", null, () => Typed.Encode(new SettleOrderFunction { AccountId = Account })),
            ("`fulfillOracleQuery` of 1 kB, encode", null, () => run._query.FulfilData([new byte[1_000]])),
            ("`checkUpkeep`, encode", null, () => Typed.Encode(new CheckUpkeepFunction { CheckData = new byte[100] })),
            ("… its answer, decode", null, () => Typed.TryRead<CheckUpkeepAnswer>(run._check, out var read) ? read : throw Wrong()),
            ("`balanceOf`, encode", null, () => Typed.Encode(new BalanceOfFunction { Owner = SomeoneText })),
            ("`createAccount`, encode", null, () => new PlannedAccount(Someone, new Hash32(Word), 1, Someone, Someone, Someone).CreateData()),
            ("`usedNonces`, encode", null, () => Typed.Encode(new UsedNoncesFunction { Key = Word })),
        ];
        output.WriteLine("| | by hand, µs | bytes | typed class, µs | bytes |");
        output.WriteLine("|---|--:|--:|--:|--:|");
        foreach (var (name, byHand, typed) in rows)
        {
            output.WriteLine($"| {name} | {(byHand is null ? " | " : Measure(byHand, seconds))} | {Measure(typed, seconds)} |");
        }
    }

    private byte[] TypedAggregate() => Typed.Encode(new AggregateFunction
    {
        Calls = [.. _calls.Select(call => new AggregateCall { Target = SomeoneText, Value = BigInteger.Zero, Data = call.Data })],
    });

    private IReadOnlyList<InnerResult> Results() => Multicall.TryRead(_results, Calls, out var read) ? read : throw Wrong();

    private object Order() => OrderAnswer.TryRead(_order, out var read) ? read : throw Wrong();

    private OracleQueryBytes TypedNeed() =>
        Typed.TryRead<OracleDataRequired>(_need.AsSpan(4), out var need) && Typed.TryRead<OracleQueryBytes>(need.Query, out var query) ? query : throw Wrong();

    private static InvalidOperationException Wrong() => new("it is not read");

    private static string Measure(Func<object?> work, double seconds)
    {
        Count(work, seconds / 2); // Until the code is compiled for good.
        var (microseconds, bytes) = Count(work, seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{microseconds:0.00} | {bytes:#,0}");
    }

    private static (double Microseconds, long Bytes) Count(Func<object?> work, double seconds)
    {
        var watch = Stopwatch.StartNew();
        var (time, allocated, count) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), 0L);
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            for (var i = 0; i < 10; i++)
            {
                work();
            }

            count += 10;
        }

        return ((Environment.CpuUsage.TotalTime - time).TotalMicroseconds / count, (GC.GetAllocatedBytesForCurrentThread() - allocated) / count);
    }
}
