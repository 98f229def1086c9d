using Relayer.Core.Ethereum.Abi;
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
    private static readonly (AbiSignature Error, PerpsRefusal Meaning)[] Table =
    [
        (PerpsAbi.WindowNotOpen, PerpsRefusal.NotOpen),
        (PerpsAbi.WindowExpired, PerpsRefusal.Expired),
        (PerpsAbi.OrderNotValid, PerpsRefusal.Gone),
        (PerpsAbi.NotEligible, PerpsRefusal.Gone),
        (PerpsAbi.NotEligibleForMargin, PerpsRefusal.Gone),
        (PerpsAbi.HasOpenPositions, PerpsRefusal.Gone),
        (PerpsAbi.AcceptablePriceExceeded, PerpsRefusal.PriceExceeded),
        (PerpsAbi.PriceNotInRange, PerpsRefusal.WrongPrice),
        (PerpsAbi.Stale, PerpsRefusal.WrongPrice),
        (PerpsAbi.AccountLiquidatable, PerpsRefusal.Blocked),
        (PerpsAbi.InsufficientMargin, PerpsRefusal.Blocked),
        (PerpsAbi.FeatureUnavailable, PerpsRefusal.Halted),
        (PerpsAbi.KeeperCostsNotSet, PerpsRefusal.Halted),
    ];

    public static PerpsRefusal Read(ReadOnlySpan<byte> data)
    {
        foreach (var (error, meaning) in Table)
        {
            if (error.Begins(data))
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
            if (error.TryDecode(data, out var arguments))
            {
                return $"{error.Name}({string.Join(", ", arguments.Select(Show))})";
            }
        }

        return RevertReason.Decode(data);
    }

    private static string Show(AbiValue value) => value is AbiValue.Number number ? number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) : value.ToString();
}
