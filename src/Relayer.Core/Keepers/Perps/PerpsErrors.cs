using Nethereum.ABI.FunctionEncoding.Attributes;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>What the market's refusal means for a keeper.</summary>
internal enum PerpsRefusal
{
    /// <summary>Nothing known.</summary>
    Unknown,

    /// <summary>Later.</summary>
    NotOpen,

    /// <summary>Too late.</summary>
    Expired,

    /// <summary>There is nothing to do: somebody else was first, or it never was.</summary>
    Gone,

    /// <summary>Cancel instead.</summary>
    PriceExceeded,

    /// <summary>The price data is not the one that is wanted.</summary>
    WrongPrice,

    /// <summary>The account is to be liquidated, or has too little margin: it may change until the window closes.</summary>
    Blocked,

    /// <summary>The market stands still: a matter for people.</summary>
    Halted,
}

/// <summary>The one table of the market's errors. Pure.</summary>
internal static class PerpsErrors
{
    private static readonly (TypedLayout Error, PerpsRefusal Meaning)[] Table =
    [
        Means<SettlementWindowNotOpenError>(PerpsRefusal.NotOpen),
        Means<SettlementWindowExpiredError>(PerpsRefusal.Expired),
        Means<OrderNotValidError>(PerpsRefusal.Gone),
        Means<NotEligibleForLiquidationError>(PerpsRefusal.Gone),
        Means<NotEligibleForMarginLiquidationError>(PerpsRefusal.Gone),
        Means<AccountHasOpenPositionsError>(PerpsRefusal.Gone),
        Means<AcceptablePriceExceededError>(PerpsRefusal.PriceExceeded),
        Means<PriceFeedNotFoundWithinRangeError>(PerpsRefusal.WrongPrice),
        Means<StalenessToleranceExceededError>(PerpsRefusal.WrongPrice),
        Means<AccountLiquidatableError>(PerpsRefusal.Blocked),
        Means<InsufficientMarginError>(PerpsRefusal.Blocked),
        Means<FeatureUnavailableError>(PerpsRefusal.Halted),
        Means<KeeperCostsNotSetError>(PerpsRefusal.Halted),
    ];

    public static PerpsRefusal Read(ReadOnlySpan<byte> data)
    {
        foreach (var (error, meaning) in Table)
        {
            if (data.StartsWith(error.Selector.Span))
            {
                return meaning;
            }
        }

        return PerpsRefusal.Unknown;
    }

    /// <summary>The error by name and arguments.</summary>
    public static string Describe(ReadOnlySpan<byte> data)
    {
        foreach (var (error, _) in Table)
        {
            if (Typed.TryDescribe(error, data, out var text))
            {
                return text;
            }
        }

        return RevertReason.Decode(data);
    }

    private static (TypedLayout Error, PerpsRefusal Meaning) Means<T>(PerpsRefusal meaning)
        where T : IErrorDTO => (TypedLayout.Of<T>(), meaning);
}
