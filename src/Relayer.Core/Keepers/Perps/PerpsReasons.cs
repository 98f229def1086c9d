using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Perps;

/// <summary>Reasons that only the Perps keepers have, beside <see cref="KeeperReasons"/>.</summary>
public static class PerpsReasons
{
    /// <summary>The price service has no such price, or not yet.</summary>
    public const string PriceMissing = "price_missing";

    /// <summary>The price that came is not the one that is wanted.</summary>
    public const string PriceWrong = "price_wrong";

    /// <summary>The price service does not answer.</summary>
    public const string OracleUnavailable = "oracle_unavailable";

    /// <summary>The oracle kept asking.</summary>
    public const string TooManyRounds = "too_many_rounds";

    /// <summary>The account is to be liquidated, or has too little margin.</summary>
    public const string AccountBlocked = "account_blocked";

    /// <summary>The market has no room for the order now: open interest or credit.</summary>
    public const string MarketFull = "market_full";

    /// <summary>The market stands still.</summary>
    public const string MarketHalted = "market_halted";

    /// <summary>The community was first, or a reorg took it back: the events will tell.</summary>
    public const string Gone = "gone";

    /// <summary>The account need not be liquidated any more.</summary>
    public const string Recovered = "recovered";

    /// <summary>A liquidation that would pay nothing beyond what may be lost.</summary>
    public const string NothingToGain = "nothing_to_gain";
}
