// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PythStandIn} from "./PythStandIn.sol";

/// @dev The same name with a third argument cannot stand in one contract.
interface PricedOracle {
    error OracleDataRequired(address oracleContract, bytes oracleQuery, uint256 feeRequired);
}

/// @title Synthetix's ERC-7412 oracle over Pyth: asks for data by reverting, takes it with its exact fee.
contract PythOracleStandIn {
    error OracleDataRequired(address oracleContract, bytes oracleQuery);
    error Errors(bytes[] revertReasons);
    error FeeRequired(uint256 amount);
    error NotSupported(uint8 updateType);

    /// Queries as the deployed oracle writes them, as older ones did, with three arguments, or within `Errors`.
    enum Style {
        Static,
        Dynamic,
        WithFee,
        Nested
    }

    PythStandIn private immutable _pyth;

    Style public style;

    mapping(bytes32 id => mapping(uint64 time => int256)) private _benchmarks;

    constructor(PythStandIn pyth) {
        _pyth = pyth;
    }

    function oracleId() external pure returns (bytes32) {
        return "PYTH";
    }

    function pythAddress() external view returns (address) {
        return address(_pyth);
    }

    function setStyle(Style newStyle) external {
        style = newStyle;
    }

    function getBenchmarkPrice(bytes32 priceId, uint64 requestedTime) external view returns (int256 price) {
        price = _benchmarks[priceId][requestedTime];
        if (price <= 0) _ask(2, requestedTime, priceId);
    }

    function getLatestPrice(bytes32 priceId, uint256 stalenessTolerance) external view returns (int256) {
        PythStandIn.Price memory price = _pyth.getPriceUnsafe(priceId);
        if (block.timestamp > stalenessTolerance + price.publishTime) _ask(1, uint64(stalenessTolerance), priceId);
        return _scale(price);
    }

    function fulfillOracleQuery(bytes calldata signedOffchainData) external payable {
        (uint8 kind, uint64 time, bytes32[] memory ids, bytes[] memory updates) =
            abi.decode(signedOffchainData, (uint8, uint64, bytes32[], bytes[]));
        if (kind != 1 && kind != 2) revert NotSupported(kind);
        uint256 fee = _pyth.getUpdateFee(updates);
        if (msg.value < fee) revert FeeRequired(fee);
        if (kind == 1) {
            _pyth.updatePriceFeeds{value: msg.value}(updates);
            return;
        }
        PythStandIn.PriceFeed[] memory feeds =
            _pyth.parsePriceFeedUpdatesUnique{value: msg.value}(updates, ids, time, type(uint64).max);
        for (uint256 i; i < feeds.length; ++i) {
            _benchmarks[ids[i]][time] = _scale(feeds[i].price);
        }
    }

    function _ask(uint8 kind, uint64 time, bytes32 id) private view {
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = id;
        bytes memory query = style == Style.Dynamic ? abi.encode(kind, time, ids) : abi.encode(kind, time, [id]);
        if (style == Style.WithFee) revert PricedOracle.OracleDataRequired(address(this), query, _pyth.feeOfUpdate());
        if (style != Style.Nested) revert OracleDataRequired(address(this), query);
        bytes[] memory reasons = new bytes[](1);
        reasons[0] = abi.encodeWithSignature("OracleDataRequired(address,bytes)", address(this), query);
        revert Errors(reasons);
    }

    function _scale(PythStandIn.Price memory price) private pure returns (int256) {
        int256 exponent = 18 + price.expo;
        return exponent >= 0 ? price.price * int256(10 ** uint256(exponent)) : price.price / int256(10 ** uint256(-exponent));
    }
}
