// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The OP stack's GasPriceOracle since Fjord, as far as it tells what data costs.
contract GasPriceOracleStandIn {
    uint256 public l1BaseFee;
    uint256 public blobBaseFee;
    uint256 public baseFeeScalar;
    uint256 public blobBaseFeeScalar;
    bool public isFjord;

    function set(uint256 l1BaseFee_, uint256 blobBaseFee_, uint256 baseFeeScalar_, uint256 blobBaseFeeScalar_, bool isFjord_) external {
        (l1BaseFee, blobBaseFee, baseFeeScalar, blobBaseFeeScalar, isFjord) =
            (l1BaseFee_, blobBaseFee_, baseFeeScalar_, blobBaseFeeScalar_, isFjord_);
    }

    /// What a transaction of so many bytes costs on L1 at most. 68 bytes of signature come on top; nothing is compressed.
    function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256) {
        require(isFjord, "GasPriceOracle: getL1FeeUpperBound only supported in Fjord");
        uint256 size = unsignedTxSize + 68;
        int256 estimated = int256(836_500 * (size + size / 255 + 16)) - 42_585_600;
        if (estimated < 100_000_000) {
            estimated = 100_000_000;
        }

        return uint256(estimated) * (baseFeeScalar * 16 * l1BaseFee + blobBaseFeeScalar * blobBaseFee) / 1e12;
    }
}

/// @title Arbitrum's NodeInterface, as far as it tells what data costs. The real one is the node's own and compresses what it is given.
contract NodeInterfaceStandIn {
    uint256 public l1Price;
    uint256 public l2BaseFee;

    function set(uint256 l1Price_, uint256 l2BaseFee_) external {
        (l1Price, l2BaseFee) = (l1Price_, l2BaseFee_);
    }

    function gasEstimateL1Component(address, bool, bytes calldata data) external payable returns (uint64, uint256, uint256) {
        return (uint64(16 * (data.length + 140) * l1Price * 11 / 10 / l2BaseFee), l2BaseFee, l1Price);
    }
}
