using System.Globalization;
using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>An order that somebody committed.</summary>
internal sealed record CommittedOrder(BigInteger Market, BigInteger Account, long CommittedAt, long OpensAt, long ClosesAt);

/// <summary>An order that ended.</summary>
internal sealed record EndedOrder(BigInteger Market, BigInteger Account, bool IsSettled, BigInteger NewSize, BigInteger RewardUsd, Address Settler);

/// <summary>Reads the market's events. Pure; anything that is not as the deployed contract writes it is passed over.</summary>
internal static class PerpsEvents
{
    private const int IdBits = 128;

    // Far above all ether, and far from overflow: sums and products stay within 256 bits.
    private const int MostBits = 128;

    /// <summary>The first indexed words of each event are ids, at most so many.</summary>
    private const int Ids = 2;

    private static readonly AbiType.Tuple Committed = AbiSignature.Parse("c(uint8,int128,uint256,uint256,uint256,uint256,uint256,address)").Inputs;

    private static readonly AbiType.Tuple Settled = AbiSignature.Parse(
        "s(uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,address)").Inputs;

    private static readonly AbiType.Tuple Cancelled = AbiSignature.Parse("c(uint256,uint256,int128,uint256,address)").Inputs;

    private static readonly AbiType.Tuple Attempt = AbiSignature.Parse("a(uint256,bool)").Inputs;

    public static CommittedOrder? ReadCommitted(LogEntry log) =>
        TryRead(log, PerpsAbi.OrderCommitted, 4, Committed, out var values)
        && values[3].AsInteger() is var committed && values[5].AsInteger() is var opens && values[6].AsInteger() is var closes
        && committed <= opens && opens <= closes && closes < int.MaxValue * 4L
            ? new CommittedOrder(Number(log.Topics[1]), Number(log.Topics[2]), (long)committed, (long)opens, (long)closes)
            : null;

    public static EndedOrder? ReadEnded(LogEntry log)
    {
        if (TryRead(log, PerpsAbi.OrderSettled, 4, Settled, out var values))
        {
            return new EndedOrder(
                Number(log.Topics[1]), Number(log.Topics[2]), true, values[4].AsInteger(), values[8].AsInteger(), values[9].AsAddress());
        }

        return TryRead(log, PerpsAbi.OrderCancelled, 4, Cancelled, out values)
            ? new EndedOrder(Number(log.Topics[1]), Number(log.Topics[2]), false, 0, values[3].AsInteger(), values[4].AsAddress())
            : null;
    }

    /// <summary>The account and reward of a liquidation attempt, and whether it ended the account.</summary>
    public static (BigInteger Account, BigInteger RewardUsd, bool IsWhole)? ReadAttempt(LogEntry log) =>
        TryRead(log, PerpsAbi.LiquidationAttempt, 2, Attempt, out var values)
            ? (Number(log.Topics[1]), values[0].AsInteger(), values[1].AsBool())
            : null;

    /// <summary>The account that a settlement, a flag or a liquidation is about.</summary>
    public static BigInteger? ReadAccount(LogEntry log)
    {
        // It is the second indexed word of an order's event, and the first of the others.
        var at = log.Topics.Count > 0 && log.Topics[0] == PerpsAbi.OrderSettled.Hash ? 2 : 1;
        return log.Topics.Count > at && Number(log.Topics[at]) is var account && IsId(account) ? account : null;
    }

    /// <summary>False for what the market's ids (uint128) cannot be: a node made it up, and no call could be made with it.</summary>
    public static bool IsId(BigInteger number) => number.GetBitLength() <= IdBits;

    /// <summary>Dollars of 18 decimals in wei; nothing where it is more than there can be.</summary>
    public static Wei ToWei(BigInteger usd, BigInteger weiPerUsd)
    {
        var wei = usd * weiPerUsd / BigInteger.Pow(10, 18);
        return wei.Sign > 0 && wei.GetBitLength() <= MostBits ? new Wei(UInt256.From(wei)) : Wei.Zero;
    }

    /// <summary>Reads a number that this program wrote.</summary>
    public static BigInteger Parse(string digits) => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool TryRead(LogEntry log, AbiSignature signature, int topics, AbiType.Tuple data, out IReadOnlyList<AbiValue> values)
    {
        values = [];
        if (log.Topics.Count != topics || log.Topics[0] != signature.Hash || !log.Topics.Skip(1).Take(Ids).All(topic => IsId(Number(topic)))
            || !AbiDecoder.TryDecode(data, log.Data.Span, out var read))
        {
            return false;
        }

        values = read;
        return true;
    }

    private static BigInteger Number(Hash32 topic) => new(topic.Span, isUnsigned: true, isBigEndian: true);
}
