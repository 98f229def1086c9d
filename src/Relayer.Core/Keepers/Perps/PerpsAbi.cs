using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Perps;

/// <summary>Synthetix Perps V3 as deployed on Base (npm @synthetixio/v3-contracts 8.10.0, 8453-andromeda): what keepers use of it.</summary>
/// <remarks>A test compares each with that package.</remarks>
internal static class PerpsAbi
{
    public static readonly AbiSignature GetOrder = AbiSignature.Parse("getOrder(uint128)");
    public static readonly AbiSignature SettleOrder = AbiSignature.Parse("settleOrder(uint128)");
    public static readonly AbiSignature CancelOrder = AbiSignature.Parse("cancelOrder(uint128)");
    public static readonly AbiSignature GetSettlementRewardCost = AbiSignature.Parse("getSettlementRewardCost(uint128,uint128)");
    public static readonly AbiSignature Liquidate = AbiSignature.Parse("liquidate(uint128)");
    public static readonly AbiSignature LiquidateMarginOnly = AbiSignature.Parse("liquidateMarginOnly(uint128)");
    public static readonly AbiSignature LiquidateFlaggedAccounts = AbiSignature.Parse("liquidateFlaggedAccounts(uint128[])");
    public static readonly AbiSignature FlaggedAccounts = AbiSignature.Parse("flaggedAccounts()");
    public static readonly AbiSignature CanLiquidate = AbiSignature.Parse("canLiquidate(uint128)");
    public static readonly AbiSignature CanLiquidateMarginOnly = AbiSignature.Parse("canLiquidateMarginOnly(uint128)");
    public static readonly AbiSignature GetAccountOpenPositions = AbiSignature.Parse("getAccountOpenPositions(uint128)");

    public static readonly AbiSignature OrderCommitted = AbiSignature.Parse(
        "OrderCommitted(uint128,uint128,uint8,int128,uint256,uint256,uint256,uint256,uint256,bytes32,address)");

    public static readonly AbiSignature OrderSettled = AbiSignature.Parse(
        "OrderSettled(uint128,uint128,uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,bytes32,address)");

    public static readonly AbiSignature OrderCancelled = AbiSignature.Parse(
        "OrderCancelled(uint128,uint128,uint256,uint256,int128,uint256,bytes32,address)");

    public static readonly AbiSignature PositionLiquidated = AbiSignature.Parse("PositionLiquidated(uint128,uint128,uint256,int128)");

    public static readonly AbiSignature AccountFlagged = AbiSignature.Parse(
        "AccountFlaggedForLiquidation(uint128,int256,uint256,uint256,uint256)");

    public static readonly AbiSignature LiquidationAttempt = AbiSignature.Parse("AccountLiquidationAttempt(uint128,uint256,bool)");

    public static readonly AbiSignature AcceptablePriceExceeded = AbiSignature.Parse("AcceptablePriceExceeded(uint256,uint256)");
    public static readonly AbiSignature WindowNotOpen = AbiSignature.Parse("SettlementWindowNotOpen(uint256,uint256)");
    public static readonly AbiSignature WindowExpired = AbiSignature.Parse("SettlementWindowExpired(uint256,uint256,uint256)");
    public static readonly AbiSignature OrderNotValid = AbiSignature.Parse("OrderNotValid()");
    public static readonly AbiSignature AccountLiquidatable = AbiSignature.Parse("AccountLiquidatable(uint128)");
    public static readonly AbiSignature InsufficientMargin = AbiSignature.Parse("InsufficientMargin(int256,uint256)");
    public static readonly AbiSignature PriceNotInRange = AbiSignature.Parse("PriceFeedNotFoundWithinRange()");
    public static readonly AbiSignature Stale = AbiSignature.Parse("StalenessToleranceExceeded(bytes32,int256,uint256)");
    public static readonly AbiSignature FeatureUnavailable = AbiSignature.Parse("FeatureUnavailable(bytes32)");
    public static readonly AbiSignature KeeperCostsNotSet = AbiSignature.Parse("KeeperCostsNotSet()");
    public static readonly AbiSignature NotEligible = AbiSignature.Parse("NotEligibleForLiquidation(uint128)");
    public static readonly AbiSignature NotEligibleForMargin = AbiSignature.Parse("NotEligibleForMarginLiquidation(uint128)");
    public static readonly AbiSignature HasOpenPositions = AbiSignature.Parse("AccountHasOpenPositions(uint128)");

    // Other functions of the deployed ABI that stand-ins and operators use; kept here so that the same test covers them.
    public static readonly AbiSignature CommitOrder = AbiSignature.Parse("commitOrder((uint128,uint128,int128,uint128,uint256,bytes32,address))");
    public static readonly AbiSignature GetSettlementStrategy = AbiSignature.Parse("getSettlementStrategy(uint128,uint256)");
    public static readonly AbiSignature LiquidateFlagged = AbiSignature.Parse("liquidateFlagged(uint256)");
    public static readonly AbiSignature PendingOrderExists = AbiSignature.Parse("PendingOrderExists()");
    public static readonly AbiSignature PermissionDenied = AbiSignature.Parse("PermissionDenied(uint128,bytes32,address)");
}
