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

    /// <summary>The indexed number of a topic.</summary>
    public static BigInteger Number(Hash32 topic) => new(topic.Span, isUnsigned: true, isBigEndian: true);

    /// <summary>Dollars of 18 decimals in wei.</summary>
    public static Wei ToWei(BigInteger usd, BigInteger weiPerUsd) =>
        UInt256.TryFrom(usd * weiPerUsd / BigInteger.Pow(10, 18), out var wei) ? new Wei(wei) : Wei.Zero;

    /// <summary>Reads a number that this program wrote.</summary>
    public static BigInteger Parse(string digits) => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool TryRead(LogEntry log, AbiSignature signature, int topics, AbiType.Tuple data, out IReadOnlyList<AbiValue> values)
    {
        values = [];
        if (log.Topics.Count != topics || log.Topics[0] != signature.Hash || !AbiDecoder.TryDecode(data, log.Data.Span, out var read))
        {
            return false;
        }

        values = read;
        return true;
    }
}
