// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PythOracleStandIn} from "./PythOracleStandIn.sol";

/// @title Synthetix Perps V3 as far as keepers meet it: the deployed functions, events and errors, and the rules behind them.
/// @notice Margins are simple: collateral, gain and loss at the oracle's price, one ratio. Fees, funding, skew and debt are left out.
contract PerpsMarketStandIn {
    struct Request {
        uint128 marketId;
        uint128 accountId;
        int128 sizeDelta;
        uint128 settlementStrategyId;
        uint256 acceptablePrice;
        bytes32 trackingCode;
        address referrer;
    }

    struct Order {
        uint256 commitmentTime;
        Request request;
    }

    struct Strategy {
        uint8 strategyType;
        uint256 settlementDelay;
        uint256 settlementWindowDuration;
        address priceVerificationContract;
        bytes32 feedId;
        uint256 settlementReward;
        bool disabled;
        uint256 commitmentPriceDelay;
    }

    struct Position {
        int128 size;
        uint256 entryPrice;
    }

    error AcceptablePriceExceeded(uint256 fillPrice, uint256 acceptablePrice);
    error AcceptablePriceNotExceeded(uint256 fillPrice, uint256 acceptablePrice);
    error AccountHasOpenPositions(uint128 accountId);
    error AccountLiquidatable(uint128 accountId);
    error FeatureUnavailable(bytes32 which);
    error InsufficientMargin(int256 availableMargin, uint256 minMargin);
    error KeeperCostsNotSet();
    error NotEligibleForLiquidation(uint128 accountId);
    error NotEligibleForMarginLiquidation(uint128 accountId);
    error OrderNotValid();
    error PendingOrderExists();
    error PermissionDenied(uint128 accountId, bytes32 permission, address target);
    error SettlementWindowExpired(uint256 timestamp, uint256 settlementTime, uint256 settlementExpiration);
    error SettlementWindowNotOpen(uint256 timestamp, uint256 settlementTime);

    event OrderCommitted(
        uint128 indexed marketId, uint128 indexed accountId, uint8 orderType, int128 sizeDelta, uint256 acceptablePrice, uint256 commitmentTime,
        uint256 expectedPriceTime, uint256 settlementTime, uint256 expirationTime, bytes32 indexed trackingCode, address sender
    );
    event OrderSettled(
        uint128 indexed marketId, uint128 indexed accountId, uint256 fillPrice, int256 pnl, int256 accruedFunding, int128 sizeDelta,
        int128 newSize, uint256 totalFees, uint256 referralFees, uint256 collectedFees, uint256 settlementReward,
        bytes32 indexed trackingCode, address settler
    );
    event OrderCancelled(
        uint128 indexed marketId, uint128 indexed accountId, uint256 desiredPrice, uint256 fillPrice, int128 sizeDelta,
        uint256 settlementReward, bytes32 indexed trackingCode, address settler
    );
    event PositionLiquidated(uint128 indexed accountId, uint128 indexed marketId, uint256 amountLiquidated, int128 currentPositionSize);
    event AccountFlaggedForLiquidation(
        uint128 indexed accountId, int256 availableMargin, uint256 requiredMaintenanceMargin, uint256 liquidationReward, uint256 flagReward
    );
    event AccountLiquidationAttempt(uint128 indexed accountId, uint256 reward, bool fullLiquidation);
    event AccountMarginLiquidation(uint128 indexed accountId, uint256 seizedMarginValue, uint256 liquidationReward);

    uint256 private constant ONE = 1e18;
    uint256 private constant MAINTENANCE_RATIO = 0.05e18;
    uint256 private constant DEFAULT_STALENESS = 1 hours;
    uint256 public constant KEEPER_COST = 0.1e18;
    uint256 public constant LIQUIDATION_REWARD = 2e18;

    address private immutable _forwarder;

    uint256 public strictStaleness = 60;
    uint256 public liquidationCapacityLeft = type(uint256).max;
    bool public suspended;
    /// Markets of the system: with none, gas is what this contract takes by itself.
    uint256 public marketCount;
    /// What settleOrder reverts with, whatever the order; and whether orders can be cancelled, whatever their price.
    bytes private _refusal;
    bool private _insolvent;
    Strategy private _strategy;

    mapping(uint128 accountId => Order) private _orders;
    mapping(uint128 accountId => int256) public collateral;
    mapping(uint128 accountId => mapping(uint128 marketId => Position)) private _positions;
    mapping(uint128 accountId => uint256[]) private _openMarkets;
    mapping(uint128 accountId => uint256) private _furtherPositions;
    uint256[] private _flagged;

    /// What was paid to whom, instead of a token.
    mapping(address keeper => uint256) public rewards;

    constructor(address forwarder, address oracle, bytes32 feedId) {
        _forwarder = forwarder;
        _strategy = Strategy(0, 2, 60, oracle, feedId, 0.4e18, false, 2);
    }

    modifier available() {
        if (suspended) revert FeatureUnavailable("perpsSystem");
        _;
    }

    // What a test sets up. None of it is in the deployed ABI.

    function setSuspended(bool value) external {
        suspended = value;
    }

    function setStrictStaleness(uint256 value) external {
        strictStaleness = value;
    }

    function setLiquidationCapacity(uint256 value) external {
        liquidationCapacityLeft = value;
    }

    function setRefusal(bytes calldata value) external {
        _refusal = value;
    }

    function setInsolvent(bool value) external {
        _insolvent = value;
    }

    function setMarkets(uint256 value) external {
        marketCount = value;
    }

    function setFurtherPositions(uint128 accountId, uint256 value) external {
        _furtherPositions[accountId] = value;
    }

    function setWindow(uint256 delay, uint256 duration, uint256 priceDelay) external {
        (_strategy.settlementDelay, _strategy.settlementWindowDuration, _strategy.commitmentPriceDelay) = (delay, duration, priceDelay);
    }

    function setCollateral(uint128 accountId, int256 value) external {
        collateral[accountId] = value;
    }

    // Orders.

    function commitOrder(Request memory commitment) external available returns (Order memory retOrder, uint256 fees) {
        uint128 accountId = commitment.accountId;
        Order storage order = _orders[accountId];
        if (order.request.sizeDelta != 0 && block.timestamp <= _opens(order) + _strategy.settlementWindowDuration) {
            revert PendingOrderExists();
        }
        if (_isFlagged(accountId)) revert AccountLiquidatable(accountId);
        if (collateral[accountId] < int256(ONE)) revert InsufficientMargin(collateral[accountId], ONE);
        (order.commitmentTime, order.request) = (block.timestamp, commitment);
        emit OrderCommitted(
            commitment.marketId, accountId, 0, commitment.sizeDelta, commitment.acceptablePrice, block.timestamp,
            block.timestamp + _strategy.commitmentPriceDelay, _opens(order), _opens(order) + _strategy.settlementWindowDuration,
            commitment.trackingCode, _sender()
        );
        return (order, _strategy.settlementReward);
    }

    function getOrder(uint128 accountId) external view returns (Order memory order) {
        return _orders[accountId];
    }

    function getSettlementStrategy(uint128, uint256) external view returns (Strategy memory settlementStrategy) {
        return _strategy;
    }

    function getSettlementRewardCost(uint128, uint128) external view returns (uint256) {
        return KEEPER_COST + _strategy.settlementReward;
    }

    function settleOrder(uint128 accountId) external available {
        Request memory request = _valid(accountId);
        uint256 price = _benchmark(accountId);
        if (_isFlagged(accountId)) revert AccountLiquidatable(accountId);
        _takeGas(request);
        if (_refusal.length > 0) _refuse();
        if (_exceeds(request, price)) revert AcceptablePriceExceeded(price, request.acceptablePrice);
        (int256 pnl, int128 size) = _fill(request, price);
        uint256 reward = KEEPER_COST + _strategy.settlementReward;
        collateral[accountId] += pnl - int256(reward);
        rewards[_sender()] += reward;
        _orders[accountId].request.sizeDelta = 0;
        emit OrderSettled(
            request.marketId, accountId, price, pnl, 0, request.sizeDelta, size, reward, 0, 0, reward, request.trackingCode, _sender()
        );
    }

    function cancelOrder(uint128 accountId) external available {
        Request memory request = _valid(accountId);
        uint256 price = _benchmark(accountId);
        if (_isFlagged(accountId)) revert AccountLiquidatable(accountId);
        if (!_insolvent && !_exceeds(request, price)) revert AcceptablePriceNotExceeded(price, request.acceptablePrice);
        collateral[accountId] -= int256(_strategy.settlementReward);
        rewards[_sender()] += _strategy.settlementReward;
        _orders[accountId].request.sizeDelta = 0;
        emit OrderCancelled(
            request.marketId, accountId, request.acceptablePrice, price, request.sizeDelta, _strategy.settlementReward,
            request.trackingCode, _sender()
        );
    }

    // Margins and liquidation.

    function getAccountOpenPositions(uint128 accountId) external view returns (uint256[] memory) {
        return _openMarkets[accountId];
    }

    function getOpenPositionSize(uint128 accountId, uint128 marketId) external view returns (int128 positionSize) {
        return _positions[accountId][marketId].size;
    }

    function getAvailableMargin(uint128 accountId) external view returns (int256 availableMargin) {
        return _margin(accountId, _latest(DEFAULT_STALENESS));
    }

    function getRequiredMargins(uint128 accountId)
        external
        view
        returns (uint256 requiredInitialMargin, uint256 requiredMaintenanceMargin, uint256 maxLiquidationReward)
    {
        requiredMaintenanceMargin = _maintenance(accountId, _latest(DEFAULT_STALENESS));
        return (requiredMaintenanceMargin * 2, requiredMaintenanceMargin, LIQUIDATION_REWARD);
    }

    function getKeeperRewardGuards() external pure returns (uint256, uint256, uint256, uint256) {
        return (1e18, 0.3e18, 30e18, 0.3e18);
    }

    function canLiquidate(uint128 accountId) external view returns (bool isEligible) {
        return _isFlagged(accountId) || (_openMarkets[accountId].length > 0 && _isUnder(accountId, _latest(DEFAULT_STALENESS)));
    }

    function canLiquidateMarginOnly(uint128 accountId) external view returns (bool isEligible) {
        return _openMarkets[accountId].length == 0 && collateral[accountId] < 0;
    }

    function flaggedAccounts() external view returns (uint256[] memory accountIds) {
        return _flagged;
    }

    function liquidate(uint128 accountId) external available returns (uint256 liquidationReward) {
        bool isNew = !_isFlagged(accountId);
        if (isNew) {
            uint256 price = _latest(strictStaleness);
            if (_openMarkets[accountId].length == 0 || !_isUnder(accountId, price)) revert NotEligibleForLiquidation(accountId);
            _flagged.push(accountId);
            (_orders[accountId].request.sizeDelta, collateral[accountId]) = (0, 0);
            emit AccountFlaggedForLiquidation(
                accountId, _margin(accountId, price), _maintenance(accountId, price), LIQUIDATION_REWARD, KEEPER_COST
            );
        }
        return _liquidate(accountId, isNew);
    }

    function liquidateMarginOnly(uint128 accountId) external available returns (uint256 liquidationReward) {
        if (_openMarkets[accountId].length > 0) revert AccountHasOpenPositions(accountId);
        if (collateral[accountId] >= 0) revert NotEligibleForMarginLiquidation(accountId);
        collateral[accountId] = 0;
        rewards[_sender()] += LIQUIDATION_REWARD;
        emit AccountLiquidationAttempt(accountId, LIQUIDATION_REWARD, true);
        emit AccountMarginLiquidation(accountId, 0, LIQUIDATION_REWARD);
        return LIQUIDATION_REWARD;
    }

    function liquidateFlagged(uint256 maxNumberOfAccounts) external available returns (uint256 liquidationReward) {
        uint256[] memory accounts = _flagged;
        for (uint256 i; i < accounts.length && i < maxNumberOfAccounts; ++i) {
            liquidationReward += _liquidate(uint128(accounts[i]), false);
        }
    }

    function liquidateFlaggedAccounts(uint128[] calldata accountIds) external available returns (uint256 liquidationReward) {
        for (uint256 i; i < accountIds.length; ++i) {
            if (_isFlagged(accountIds[i])) liquidationReward += _liquidate(accountIds[i], false);
        }
    }

    /// @dev Without capacity it succeeds and pays nothing, as the deployed one does.
    function _liquidate(uint128 accountId, bool isNew) private returns (uint256 reward) {
        _latest(strictStaleness);
        uint256 done;
        uint256[] storage markets = _openMarkets[accountId];
        for (uint256 i = markets.length; i > 0; --i) {
            uint128 marketId = uint128(markets[i - 1]);
            Position storage position = _positions[accountId][marketId];
            uint256 amount = _abs(position.size);
            if (amount > liquidationCapacityLeft) amount = liquidationCapacityLeft;
            if (amount == 0) continue;
            if (liquidationCapacityLeft != type(uint256).max) liquidationCapacityLeft -= amount;
            position.size -= position.size > 0 ? int128(int256(amount)) : -int128(int256(amount));
            done += amount;
            emit PositionLiquidated(accountId, marketId, amount, position.size);
            if (position.size == 0) {
                markets[i - 1] = markets[markets.length - 1];
                markets.pop();
            }
        }
        bool isWhole = markets.length == 0;
        if (isNew || done > 0) reward = (isNew ? LIQUIDATION_REWARD : 0) + KEEPER_COST;
        if (isWhole) _unflag(accountId);
        rewards[_sender()] += reward;
        emit AccountLiquidationAttempt(accountId, reward, isWhole);
    }

    /// @dev What the deployed one was measured to take with so many markets, and so many further positions of the account: the storage is read once in a
    /// transaction, the rest is taken again by each order. An order that only reduces its position does not look at all markets.
    function _takeGas(Request memory request) private view {
        if (marketCount == 0) return;
        int128 size = _positions[request.accountId][request.marketId].size;
        bool reduces = size != 0 && (size > 0) != (request.sizeDelta > 0) && _abs(request.sizeDelta) <= _abs(size);
        _touch(0, 112, 260_000);
        for (uint256 i = 1; i <= (reduces ? 0 : marketCount); ++i) {
            _touch(i, 20, 15_000);
        }
        for (uint256 i = 1; i <= _furtherPositions[request.accountId]; ++i) {
            _touch((uint256(request.accountId) << 128) + i, 30, 50_000);
        }
    }

    /// @dev Reads so many places of storage, and takes so much gas beside. What there is too little gas for says nothing, as from a call within calls.
    function _touch(uint256 place, uint256 slots, uint256 amount) private view {
        bytes32 base = keccak256(abi.encode("gas", place));
        assembly ("memory-safe") {
            let sum := 0
            for { let i := 0 } lt(i, slots) { i := add(i, 1) } { sum := add(sum, sload(add(base, i))) }
            let left := gas()
            if or(sum, iszero(gt(left, amount))) { revert(0, 0) }
            for { let end := sub(left, amount) } gt(gas(), end) {} {}
        }
    }

    function _refuse() private view {
        bytes memory refusal = _refusal;
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }

    function _valid(uint128 accountId) private view returns (Request memory request) {
        Order storage order = _orders[accountId];
        request = order.request;
        if (request.sizeDelta == 0) revert OrderNotValid();
        uint256 opens = _opens(order);
        uint256 closes = opens + _strategy.settlementWindowDuration;
        if (block.timestamp < opens) revert SettlementWindowNotOpen(block.timestamp, opens);
        if (block.timestamp > closes) revert SettlementWindowExpired(block.timestamp, opens, closes);
    }

    function _opens(Order storage order) private view returns (uint256) {
        return order.commitmentTime + _strategy.settlementDelay;
    }

    function _benchmark(uint128 accountId) private view returns (uint256) {
        uint64 time = uint64(_orders[accountId].commitmentTime + _strategy.commitmentPriceDelay);
        return uint256(PythOracleStandIn(_strategy.priceVerificationContract).getBenchmarkPrice(_strategy.feedId, time));
    }

    function _latest(uint256 tolerance) private view returns (uint256) {
        return uint256(PythOracleStandIn(_strategy.priceVerificationContract).getLatestPrice(_strategy.feedId, tolerance));
    }

    function _exceeds(Request memory request, uint256 price) private pure returns (bool) {
        return request.sizeDelta > 0 ? price > request.acceptablePrice : price < request.acceptablePrice;
    }

    function _fill(Request memory request, uint256 price) private returns (int256 pnl, int128 size) {
        Position storage position = _positions[request.accountId][request.marketId];
        if (position.size == 0) _openMarkets[request.accountId].push(request.marketId);
        pnl = (int256(position.size) * (int256(price) - int256(position.entryPrice))) / int256(ONE);
        size = position.size + request.sizeDelta;
        (position.size, position.entryPrice) = (size, price);
        if (size == 0) {
            uint256[] storage markets = _openMarkets[request.accountId];
            for (uint256 i; i < markets.length; ++i) {
                if (markets[i] == request.marketId) {
                    markets[i] = markets[markets.length - 1];
                    markets.pop();
                    break;
                }
            }
        }
    }

    function _margin(uint128 accountId, uint256 price) private view returns (int256 margin) {
        margin = collateral[accountId];
        uint256[] storage markets = _openMarkets[accountId];
        for (uint256 i; i < markets.length; ++i) {
            Position storage position = _positions[accountId][uint128(markets[i])];
            margin += (int256(position.size) * (int256(price) - int256(position.entryPrice))) / int256(ONE);
        }
    }

    function _maintenance(uint128 accountId, uint256 price) private view returns (uint256 sum) {
        uint256[] storage markets = _openMarkets[accountId];
        for (uint256 i; i < markets.length; ++i) {
            sum += (_abs(_positions[accountId][uint128(markets[i])].size) * price / ONE) * MAINTENANCE_RATIO / ONE;
        }
    }

    function _isUnder(uint128 accountId, uint256 price) private view returns (bool) {
        return int256(_maintenance(accountId, price) + LIQUIDATION_REWARD) > _margin(accountId, price);
    }

    function _isFlagged(uint128 accountId) private view returns (bool) {
        for (uint256 i; i < _flagged.length; ++i) {
            if (_flagged[i] == accountId) return true;
        }
        return false;
    }

    function _unflag(uint128 accountId) private {
        for (uint256 i; i < _flagged.length; ++i) {
            if (_flagged[i] == accountId) {
                _flagged[i] = _flagged[_flagged.length - 1];
                _flagged.pop();
                return;
            }
        }
    }

    function _abs(int128 value) private pure returns (uint256) {
        return uint256(int256(value < 0 ? -value : value));
    }

    function _sender() private view returns (address sender) {
        if (msg.sender != _forwarder || msg.data.length < 20) return msg.sender;
        return address(bytes20(msg.data[msg.data.length - 20:]));
    }
}
