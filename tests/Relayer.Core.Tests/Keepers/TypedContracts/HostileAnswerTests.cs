using System.Numerics;
using DevChain.Abi;
using Nethereum.Contracts.Standards.ERC20.ContractDefinition;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Cctp;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Liquidation;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Upkeeps;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Tests.Keepers.TypedContracts;

/// <summary>A hundred thousand answers that nobody should give, to everything that reads what contracts answer.</summary>
/// <remarks>
/// <c>RELAYER_FUZZ_ANSWERS</c> and <c>RELAYER_FUZZ_SEED</c> ask for more, or for others. Allocation is counted on the one thread: it may be no
/// more than the decoded values of so many bytes take, however long the answer says that it is.
/// </remarks>
public sealed class HostileAnswerTests
{
    private const int AllocatedPerByte = 64;
    private const int AllocatedBeside = 32 * 1024;

    private static readonly int Answers = Setting("RELAYER_FUZZ_ANSWERS", 100_000);
    private static readonly int Seed = Setting("RELAYER_FUZZ_SEED", 7412);
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000000a1");
    private static readonly Hash32 Feed = Keccak256.Hash("feed"u8);

    private static readonly Dictionary<string, (byte[][] Real, Func<byte[], bool> Read)> Readers = new()
    {
        ["checkUpkeep"] = ([Of("(bool,bytes)", true, new byte[100]), Of("(bool,bytes)", false, Array.Empty<byte>())], data =>
            UpkeepCheck.Read(new CallOutcome.Returned(data)) is not UpkeepCheck.Faulty),
        ["aggregate3Value"] = ([Of("((bool,bytes)[])", AbiValue.Of([.. Enumerable.Range(0, 5).Select(i => AbiValue.Of(i != 3, new byte[32 * i]))]))], data =>
            Multicall.TryRead(data, 5, out _)),
        ["flaggedAccounts"] = ([Of("(uint256[])", AbiValue.Of(1UL, 2UL, 3UL))], data => AccountChecks.ReadFlagged(data).Count > 0),
        ["getOrder"] = (
            [Of("((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))",
                AbiValue.Of(9UL, AbiValue.Of(1UL, 2UL, new BigInteger(-3), 0UL, 4UL, Feed, Someone)))],
            data => OrderAnswer.TryRead(data, out _)),
        ["oracle"] = (
            [
                Error("OracleDataRequired(address,bytes)", Someone, Of("(uint8,uint64,bytes32[])", 1UL, 60UL, AbiValue.Of(Feed))),
                Error("OracleDataRequired(address,bytes,uint256)", Someone, Of("(uint8,uint64,bytes32[2])", 2UL, 60UL, AbiValue.Of(Feed, Feed)), 5UL),
                Error("FeeRequired(uint256)", 7UL),
                Error("Errors(bytes[])", AbiValue.Of(
                    Error("FeeRequired(uint256)", 7UL), Error("Errors(bytes[])", AbiValue.Of(Error("FeeRequired(uint256)", 8UL))))),
            ],
            data => OracleNeed.Read(data) is not null),
        ["market's error"] = (
            [
                Error("SettlementWindowExpired(uint256,uint256,uint256)", 1UL, 2UL, 3UL), Error("InsufficientMargin(int256,uint256)", new BigInteger(-5), 2UL),
                Error("FeatureUnavailable(bytes32)", Feed), Error("AccountLiquidatable(uint128)", 5UL),
            ],
            data => PerpsErrors.Describe(data).EndsWith(')') && PerpsErrors.Read(data) != PerpsRefusal.Unknown),
        ["revert reason"] = (
            [
                Error("Error(string)", "no"), Error("Panic(uint256)", 0x11UL),
                Error("ERC2771ForwarderInvalidSigner(address,address)", Someone, Someone), Error("ERC2771ForwarderExpiredRequest(uint48)", 5UL),
            ],
            data => !RevertReason.Decode(data).StartsWith("reverted with", StringComparison.Ordinal)),
        ["eip712Domain"] = (
            [Of("(bytes1,string,string,uint256,address,bytes32,uint256[])", new byte[] { 15 }, "name", "1", 5UL, Someone, default(Hash32), AbiValue.Of())],
            data => Forwarder.TryDecodeEip712Domain(data, out _)),
        ["OrderCommitted"] = (
            [Of("(uint8,int128,uint256,uint256,uint256,uint256,uint256,address)", 0UL, 1UL, 1UL, 10UL, 10UL, 12UL, 72UL, Someone)],
            data => PerpsEvents.ReadCommitted(Log(data, Typed.Topic<OrderCommittedEvent>(), 3)) is not null),
        ["OrderSettled"] = (
            [Of("(uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,address)", 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, Someone)],
            data => PerpsEvents.ReadEnded(Log(data, Typed.Topic<OrderSettledEvent>(), 3)) is not null),
        ["AccountLiquidationAttempt"] = ([Of("(uint256,bool)", 1UL, true)], data =>
            PerpsEvents.ReadAttempt(Log(data, Typed.Topic<AccountLiquidationAttemptEvent>(), 1)) is not null),
        ["OrderCancelled"] = ([Of("(uint256,uint256,int128,uint256,address)", 1UL, 1UL, 1UL, 1UL, Someone)], data =>
            PerpsEvents.ReadEnded(Log(data, Typed.Topic<OrderCancelledEvent>(), 3)) is not null),
        ["MessageSent"] = ([Of("(bytes)", new byte[248])], data => Source.Read(Log(data, Typed.Topic<MessageSentEvent>(), 0), Redemption) is not null),
        ["Transfer"] = ([Of("(uint256)", 5UL)], data =>
            Typed.TryReadEvent<TransferEventDTO>(Log(data, Typed.Topic<TransferEventDTO>(), 2), out _)),
        ["typed classes within each other"] = (
            [Of("(string,(uint8,int64,bytes)[],bytes4,uint256[][2],(bool,address))", "text", AbiValue.Of(AbiValue.Of(1UL, new BigInteger(-1), new byte[40])),
                new byte[4], AbiValue.Of(AbiValue.Of(1UL, 2UL), AbiValue.Of()), AbiValue.Of(true, Someone))],
            data => Typed.TryRead<EveryShape>(data, out _)),
    };

    // A message of zeros only is a burn of nothing, by nobody, for everybody.
    private static RedemptionSource Source => new(new ChainId(1), 0, default, default, default, new ScanOptions());

    private static RedemptionSettings Redemption => new(0, true, 0, 1, default, default, [], null!);

    public static TheoryData<string> Names => [.. Readers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Hostile_answers_are_refused_or_read_without_an_exception_and_without_more_memory_than_they_have_bytes(string name)
    {
        var (real, read) = Readers[name];
        Assert.All(real, answer => Assert.True(read(answer)));
        var answers = new HostileAnswers(Seed, real);
        var (taken, most) = (0, (long)0);
        for (var i = 0; i < Answers / Readers.Count; i++)
        {
            var data = answers.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            taken += read(data) ? 1 : 0;
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(most, 0, AllocatedBeside + ((long)answers.MostBytes * AllocatedPerByte));
        Assert.InRange(taken, 0, (Answers / Readers.Count) - 1);
    }

    [Fact]
    public void What_is_longer_than_any_answer_in_use_is_refused_before_it_is_looked_at()
    {
        var data = Of("(bool,bytes)", true, new byte[Typed.MaxBytes]);

        Assert.False(Typed.TryRead<CheckUpkeepAnswer>(data, out _));
        Assert.True(Typed.TryRead<CheckUpkeepAnswer>(Of("(bool,bytes)", true, new byte[Typed.MaxBytes - 96]), out _));
    }

    private static LogEntry Log(byte[] data, Hash32 topic, int indexed) =>
        new(Someone, [topic, .. Enumerable.Repeat(new Hash32([.. new byte[31], 1]), indexed)], data);

    private static byte[] Of(string types, params AbiValue[] values) => AbiEncoder.Encode((AbiType.Tuple)AbiType.Parse(types), values);

    private static byte[] Error(string signature, params AbiValue[] values) => AbiSignature.Parse(signature).Encode(values);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var set) ? set : otherwise;
}
