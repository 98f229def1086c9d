using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Relayer.Core.Keepers.Perps;

/// <summary>Too early.</summary>
[Error("SettlementWindowNotOpen")]
internal sealed class SettlementWindowNotOpenError : IErrorDTO
{
    [Parameter("uint256", "timestamp", 1)]
    public BigInteger Timestamp { get; set; }

    [Parameter("uint256", "settlementTime", 2)]
    public BigInteger SettlementTime { get; set; }
}

/// <summary>Too late.</summary>
[Error("SettlementWindowExpired")]
internal sealed class SettlementWindowExpiredError : IErrorDTO
{
    [Parameter("uint256", "timestamp", 1)]
    public BigInteger Timestamp { get; set; }

    [Parameter("uint256", "settlementTime", 2)]
    public BigInteger SettlementTime { get; set; }

    [Parameter("uint256", "settlementExpiration", 3)]
    public BigInteger SettlementExpiration { get; set; }
}

/// <summary>There is no such order: somebody else was first.</summary>
[Error("OrderNotValid")]
internal sealed class OrderNotValidError : IErrorDTO;

/// <summary>It can only be cancelled.</summary>
[Error("AcceptablePriceExceeded")]
internal sealed class AcceptablePriceExceededError : IErrorDTO
{
    [Parameter("uint256", "fillPrice", 1)]
    public BigInteger FillPrice { get; set; }

    [Parameter("uint256", "acceptablePrice", 2)]
    public BigInteger AcceptablePrice { get; set; }
}

/// <summary>The account is to be liquidated first.</summary>
[Error("AccountLiquidatable")]
internal sealed class AccountLiquidatableError : IErrorDTO
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>The account has too little margin.</summary>
[Error("InsufficientMargin")]
internal sealed class InsufficientMarginError : IErrorDTO
{
    [Parameter("int256", "availableMargin", 1)]
    public BigInteger AvailableMargin { get; set; }

    [Parameter("uint256", "minMargin", 2)]
    public BigInteger MinMargin { get; set; }
}

/// <summary>Pyth: the update is not of the time asked for.</summary>
[Error("PriceFeedNotFoundWithinRange")]
internal sealed class PriceFeedNotFoundWithinRangeError : IErrorDTO;

/// <summary>The price is too old.</summary>
[Error("StalenessToleranceExceeded")]
internal sealed class StalenessToleranceExceededError : IErrorDTO
{
    [Parameter("bytes32", "node", 1)]
    public byte[] Node { get; set; } = [];

    [Parameter("int256", "price", 2)]
    public BigInteger Price { get; set; }

    [Parameter("uint256", "updateTime", 3)]
    public BigInteger UpdateTime { get; set; }
}

/// <summary>The market is suspended.</summary>
[Error("FeatureUnavailable")]
internal sealed class FeatureUnavailableError : IErrorDTO
{
    [Parameter("bytes32", "which", 1)]
    public byte[] Which { get; set; } = [];
}

/// <summary>The market is not set up.</summary>
[Error("KeeperCostsNotSet")]
internal sealed class KeeperCostsNotSetError : IErrorDTO;

/// <summary>The account is well.</summary>
[Error("NotEligibleForLiquidation")]
internal sealed class NotEligibleForLiquidationError : IErrorDTO
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>The account is well.</summary>
[Error("NotEligibleForMarginLiquidation")]
internal sealed class NotEligibleForMarginLiquidationError : IErrorDTO
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>It is not a matter of its margin alone.</summary>
[Error("AccountHasOpenPositions")]
internal sealed class AccountHasOpenPositionsError : IErrorDTO
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}
