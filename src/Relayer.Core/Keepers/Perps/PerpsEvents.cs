using System.Globalization;
using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;
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

    private const ulong MostSeconds = int.MaxValue * 4L;

    private static readonly Hash32 Committed = Typed.Topic<OrderCommittedEvent>();
    private static readonly Hash32 Settled = Typed.Topic<OrderSettledEvent>();
    private static readonly Hash32 Cancelled = Typed.Topic<OrderCancelledEvent>();
    private static readonly Hash32 Attempted = Typed.Topic<AccountLiquidationAttemptEvent>();

    public static CommittedOrder? ReadCommitted(LogEntry log)
    {
        if (!Is(log, Committed, 4))
        {
            return null;
        }

        var reader = new AbiReader(log.Data.Span);
        _ = (reader.Number(8), reader.Signed(128), reader.Number());
        var committed = reader.Number();
        _ = reader.Number();
        var (opens, closes) = (reader.Number(), reader.Number());
        _ = reader.Address();
        return reader.IsAtEnd && committed <= opens && opens <= closes && closes < MostSeconds
            ? new CommittedOrder(Number(log.Topics[1]), Number(log.Topics[2]), (long)(ulong)committed, (long)(ulong)opens, (long)(ulong)closes)
            : null;
    }

    public static EndedOrder? ReadEnded(LogEntry log) =>
        Is(log, Settled, 4) ? ReadSettled(log) : Is(log, Cancelled, 4) ? ReadCancelled(log) : null;

    /// <summary>The account and reward of a liquidation attempt, and whether it ended the account.</summary>
    public static (BigInteger Account, BigInteger RewardUsd, bool IsWhole)? ReadAttempt(LogEntry log)
    {
        if (!Is(log, Attempted, 2))
        {
            return null;
        }

        var reader = new AbiReader(log.Data.Span);
        var (reward, isWhole) = (reader.Number(), reader.Flag());
        return reader.IsAtEnd ? (Number(log.Topics[1]), reward.ToBigInteger(), isWhole) : null;
    }

    /// <summary>The account that a settlement, a flag or a liquidation is about.</summary>
    public static BigInteger? ReadAccount(LogEntry log)
    {
        // It is the second indexed word of an order's event, and the first of the others.
        var at = log.Topics.Count > 0 && log.Topics[0] == Settled ? 2 : 1;
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

    private static EndedOrder? ReadSettled(LogEntry log)
    {
        var reader = new AbiReader(log.Data.Span);
        _ = (reader.Number(), reader.Signed(256), reader.Signed(256), reader.Signed(128));
        var newSize = reader.Signed(128);
        _ = (reader.Number(), reader.Number(), reader.Number());
        var (reward, settler) = (reader.Number().ToBigInteger(), reader.Address());
        return reader.IsAtEnd ? new EndedOrder(Number(log.Topics[1]), Number(log.Topics[2]), true, newSize, reward, settler) : null;
    }

    private static EndedOrder? ReadCancelled(LogEntry log)
    {
        var reader = new AbiReader(log.Data.Span);
        _ = (reader.Number(), reader.Number(), reader.Signed(128));
        var (reward, settler) = (reader.Number().ToBigInteger(), reader.Address());
        return reader.IsAtEnd ? new EndedOrder(Number(log.Topics[1]), Number(log.Topics[2]), false, 0, reward, settler) : null;
    }

    private static bool Is(LogEntry log, Hash32 topic, int topics) =>
        log.Topics.Count == topics && log.Topics[0] == topic && log.Topics.Skip(1).Take(Ids).All(id => IsId(Number(id)));

    private static BigInteger Number(Hash32 topic) => new(topic.Span, isUnsigned: true, isBigEndian: true);
}
