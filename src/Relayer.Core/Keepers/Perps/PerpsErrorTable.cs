namespace Relayer.Core.Keepers.Perps;

/// <summary>
/// What every error of the deployed system means for whoever settles, cancels or liquidates. A test compares it with the ABI of the deployment on Base
/// (npm @synthetixio/v3-contracts 8.10.0, 8453-andromeda, AllErrors): what that has and this has not fails it.
/// </summary>
internal static class PerpsErrorTable
{
    /// <summary>Meanings, each with the errors that have it.</summary>
    public static readonly (PerpsRefusal Meaning, string[] Errors)[] Rows =
    [
        (PerpsRefusal.NotOpen, ["SettlementWindowNotOpen(uint256,uint256)"]),
        (PerpsRefusal.Expired, ["SettlementWindowExpired(uint256,uint256,uint256)"]),

        // Somebody else was first, or there is nothing to do.
        (PerpsRefusal.Gone,
        [
            "OrderNotValid()", "NotEligibleForLiquidation(uint128)", "NotEligibleForMarginLiquidation(uint128)", "AccountHasOpenPositions(uint128)",
        ]),

        (PerpsRefusal.PriceExceeded, ["AcceptablePriceExceeded(uint256,uint256)"]),

        // The order's market or the whole pool has no room for it now; others trade, and it may have.
        (PerpsRefusal.MarketFull,
        [
            "ExceedsMarketCreditCapacity(int256,int256)", "MaxOpenInterestReached(uint128,uint256,int256)",
            "MaxUSDOpenInterestReached(uint128,uint256,int256,uint256)", "NotEnoughLiquidity(uint128,uint256)", "CapacityLocked(uint256)",
            "PositionOutOfBounds()",
        ]),

        // The account's own state. Its owner may change it until the window closes.
        (PerpsRefusal.Blocked,
        [
            "AccountLiquidatable(uint128)", "InsufficientMargin(int256,uint256)", "InsufficientCollateral(uint128,uint256,uint256)",
            "InsufficientSynthCollateral(uint128,uint256,uint256)", "InsufficientCollateralAvailableForWithdraw(int256,uint256)",
            "InsufficientAccountCollateral(uint256)", "MaxPositionsPerAccountReached(uint128)", "MaxCollateralsPerAccountReached(uint128)",
            "MaxCollateralExceeded(uint128,uint256,uint256,uint256)", "NonexistentDebt(uint128)", "AccountNotFound(uint128)", "InvalidAccountId(uint128)",
        ]),

        // The price that was brought is not the one that is wanted, or none is there.
        (PerpsRefusal.WrongPrice,
        [
            "OracleDataRequired(address,bytes)", "Errors(bytes[])", "FeeRequired(uint256)", "InvalidPrice(int256)", "InvalidPrices()", "NotSupported(uint8)",
            "EmptyRevertReason()", "InvalidVerificationResponse()",

            // Of the price nodes and of Pyth itself: no part of the proxies' ABI.
            "StalenessToleranceExceeded(bytes32,int256,uint256)", "PriceFeedNotFoundWithinRange()", "PriceFeedNotFound()", "StalePrice()",
            "NoFreshUpdate()", "InsufficientFee()", "InvalidArgument()", "InvalidUpdateData()", "InvalidUpdateDataSource()", "InvalidWormholeVaa()",
        ]),

        // Set up wrongly, or switched off: a matter for the market's people, and for ours to know.
        (PerpsRefusal.Halted,
        [
            "FeatureUnavailable(bytes32)", "KeeperCostsNotSet()", "InvalidSettlementStrategy(uint256)", "InvalidSettlementStrategy(uint8)",
            "SettlementStrategyNotFound(uint8)", "InvalidSettlementWindowDuration(uint256)", "PerpsMarketNotInitialized()", "InvalidMarket(uint128)",
            "MarketNotFound(uint128)", "PriceFeedNotSet(uint128)", "NodeNotRegistered(bytes32)", "InvalidNodeDefinition((uint8,bytes,bytes32[]))",
            "MissingAssociatedSystem(bytes32)", "MismatchAssociatedSystemKind(bytes32,bytes32)", "InvalidInterestRateParameters(uint128,uint128)",
            "InvalidReferrerShareRatio(uint256)", "InvalidFeeCollectorInterface(address)", "InvalidDistributor(uint128)",
            "InvalidDistributor(uint128,address)", "InvalidDistributorContract(address)", "IncorrectMarketInterface(address)", "InvalidId(uint128)",
            "SynthNotEnabledForCollateral(uint128)", "CollateralNotFound()", "CollateralDepositDisabled(address)", "NotFundedByPool(uint256,uint256)",
            "PoolNotFound(uint128)", "Unauthorized(address)", "PermissionDenied(uint128,bytes32,address)", "PermissionNotGranted(uint128,bytes32,address)",
            "ERC2771UntrustfulTarget(address,address)", "NotAContract(address)", "ImplementationIsSterile(address)", "InsufficientAllowance(uint256,uint256)",
            "InsufficientBalance(uint256,uint256)", "FailedTransfer(address,address,uint256)", "UnsupportedNetwork(uint64)", "OnlyOnDevFork()",
        ]),

        // No part of settling, cancelling or liquidating, as far as its source says. Should one come, it is told by its name and tried again.
        (PerpsRefusal.Unknown,
        [
            "AcceptablePriceNotExceeded(uint256,uint256)", "AccountActivityTimeoutPending(uint128,uint256,uint256)", "AddressInsufficientBalance(address)",
            "AlreadyInitialized()", "CannotScaleEmptyMapping()", "CannotSelfApprove(address)", "EmptyDistribution()", "ERC2771ForwarderExpiredRequest(uint48)",
            "ERC2771ForwarderInvalidSigner(address,address)", "ERC2771ForwarderMismatchedValue(uint256,uint256)", "ExceedsMaxSynthAmount(uint256,uint256)",
            "ExceedsMaxUsdAmount(uint256,uint256)", "FailedInnerCall()", "IndexOverrun(uint256,uint256)", "IneligibleForCancellation(uint256,uint256)",
            "IneligibleForLiquidation(uint256,int256,uint256,uint256)", "InsufficentAvailableCollateral(uint256,uint256)",
            "InsufficientAmountReceived(uint256,uint256)", "InsufficientCcipFee(uint256,uint256)",
            "InsufficientCollateralRatio(uint256,uint256,uint256,uint256)", "InsufficientDebt(int256)", "InsufficientDelegation(uint256)",
            "InsufficientMappedAmount()", "InsufficientMarketCollateralDepositable(uint128,address,uint256)",
            "InsufficientMarketCollateralWithdrawable(uint128,address,uint256)", "InsufficientSharesAmount(uint256,uint256)",
            "InsufficientVaultCollateralRatio(uint128,address)", "InvalidAccountNonce(address,uint256)", "InvalidAmountDelta(int256)",
            "InvalidAsyncTransactionType(uint8)", "InvalidClaim(uint256)", "InvalidCollateralAmount()", "InvalidCollateralLeverage(uint256)",
            "InvalidCollateralType(address)", "InvalidCommitmentAmount(uint256,uint256)", "InvalidLeverage(uint256)", "InvalidMarketOwner()",
            "InvalidMessage()", "InvalidOwner(address)", "InvalidParameter(string,string)", "InvalidPermission(bytes32)", "InvalidShortString()",
            "InvalidSynthImplementation(uint256)", "InvalidTransactionTypeIndex(uint128)", "InvalidTransferRecipient(address)", "InvalidWrapperFees()",
            "MinDelegationTimeoutPending(uint128,uint32)", "MinimumSettlementAmountNotMet(uint256,uint256)", "MustBeVaultLiquidated()", "NoChange()",
            "NotCcipRouter(address)", "NotEnoughBalance(uint256,uint256)", "NotEnoughRewardsLeft(uint256,uint256)", "NotNominated(address)",
            "OnlyAccountTokenProxy(address)", "OnlyMarketOwner(address,address)", "OrderAlreadySettled(uint256,uint256)",
            "OutsideSettlementWindow(uint256,uint256,uint256)", "OverflowInt128ToUint128()", "OverflowInt256ToInt128()", "OverflowInt256ToUint256()",
            "OverflowInt56ToInt24()", "OverflowUint128ToInt128()", "OverflowUint256ToInt256()", "OverflowUint256ToUint128()", "OverflowUint256ToUint160()",
            "OverflowUint256ToUint32()", "OverflowUint256ToUint64()", "OverflowUint32ToInt32()", "OverflowUint56ToInt56()", "OverflowUint64ToInt64()",
            "PendingOrderExists()", "PerpsMarketAlreadyInitialized()", "PoolAlreadyExists(uint128)",
            "PoolCollateralLimitExceeded(uint128,address,uint256,uint256)", "PrecisionLost(uint256,uint8)", "RewardUnavailable(address)",
            "StringTooLong(string)", "TokenAlreadyMinted(uint256)", "TokenDoesNotExist(uint256)", "UpgradeSimulationFailed()", "ValueAlreadyInSet()",
            "ValueNotInSet()", "WrapperExceedsMaxAmount(uint256,uint256,uint256)", "ZeroAddress()", "ZeroSizeOrder()",
        ]),
    ];
}
