using System.Numerics;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Keepers;

public sealed class PerpsEventsTests
{
    private static readonly BigInteger Most = BigInteger.Pow(2, 128) - 1;

    [Fact]
    public void Ids_that_no_market_has_are_passed_over_a_node_made_them_up_and_no_call_could_be_made_with_them()
    {
        Assert.Equal(Most, PerpsEvents.ReadCommitted(Committed(Most, Most))?.Account);
        Assert.Null(PerpsEvents.ReadCommitted(Committed(1, Most + 1)));
        Assert.Null(PerpsEvents.ReadCommitted(Committed(Most + 1, 1)));
        Assert.Equal(Most, PerpsEvents.ReadEnded(Settled(Most))?.Account);
        Assert.Null(PerpsEvents.ReadEnded(Settled(Most + 1)));
        Assert.Equal(Most, PerpsEvents.ReadAccount(Settled(Most)));
        Assert.Null(PerpsEvents.ReadAccount(Settled(Most + 1)));
        Assert.Equal(Most, PerpsEvents.ReadAttempt(Attempt(Most))?.Account);
        Assert.Equal(Most, PerpsEvents.ReadAccount(Attempt(Most)));
        Assert.Null(PerpsEvents.ReadAttempt(Attempt(Most + 1)));
        Assert.Null(PerpsEvents.ReadAccount(Attempt(Most + 1)));
    }

    [Fact]
    public void A_reward_beyond_all_ether_counts_as_nothing_so_that_sums_of_them_never_overflow()
    {
        var one = BigInteger.Pow(10, 18);
        Assert.Equal(new Wei(500), PerpsEvents.ToWei(one / 2, 1_000));
        Assert.Equal(Wei.Zero, PerpsEvents.ToWei(BigInteger.Pow(2, 255), one));
    }

    private static LogEntry Committed(BigInteger market, BigInteger account) => Log(
        "OrderCommitted(uint128,uint128,uint8,int128,uint256,uint256,uint256,uint256,uint256,bytes32,address)", "c(uint8,int128,uint256,uint256,uint256,uint256,uint256,address)",
        [Topic(market), Topic(account), Topic(Most + 7)], (ulong)0, BigInteger.One, BigInteger.One, 10UL, 10UL, 12UL, 72UL, default(Address));

    private static LogEntry Settled(BigInteger account) => Log(
        "OrderSettled(uint128,uint128,uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,bytes32,address)", "s(uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,address)",
        [Topic(1), Topic(account), Topic(Most + 7)], 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, default(Address));

    private static LogEntry Attempt(BigInteger account) =>
        Log("AccountLiquidationAttempt(uint128,uint256,bool)", "a(uint256,bool)", [Topic(account)], 1UL, true);

    private static LogEntry Log(string signature, string data, Hash32[] topics, params AbiValue[] values) => new(
        default, [AbiSignature.Parse(signature).Hash, .. topics], AbiEncoder.Encode(AbiSignature.Parse(data).Inputs, values));

    private static Hash32 Topic(BigInteger number)
    {
        var word = new byte[32];
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, word.Length - bytes.Length);
        return new Hash32(word);
    }
}
