// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Prices as Pyth gives them, with the rules that keepers meet: fees, uniqueness within a range, errors by their real selectors.
/// @notice An update is `abi.encode(seal, id, price, conf, expo, publishTime, prevPublishTime)`. The seal stands for the guardians' signatures.
contract PythStandIn {
    struct Price {
        int64 price;
        uint64 conf;
        int32 expo;
        uint256 publishTime;
    }

    struct PriceFeed {
        bytes32 id;
        Price price;
        Price emaPrice;
    }

    error InsufficientFee();
    error InvalidUpdateData();
    error PriceFeedNotFound();
    error PriceFeedNotFoundWithinRange();

    bytes32 public constant SEAL = keccak256("pyth stand-in");

    uint256 public feeOfUpdate = 1 wei;

    mapping(bytes32 id => Price) private _latest;

    event PriceFeedUpdate(bytes32 indexed id, uint64 publishTime, int64 price, uint64 conf);

    function setFee(uint256 fee) external {
        feeOfUpdate = fee;
    }

    function getUpdateFee(bytes[] calldata updateData) public view returns (uint256) {
        return feeOfUpdate * updateData.length;
    }

    function getPriceUnsafe(bytes32 id) external view returns (Price memory price) {
        price = _latest[id];
        if (price.publishTime == 0) revert PriceFeedNotFound();
    }

    function updatePriceFeeds(bytes[] calldata updateData) public payable {
        if (msg.value < getUpdateFee(updateData)) revert InsufficientFee();
        for (uint256 i; i < updateData.length; ++i) {
            (bytes32 id, Price memory price, ) = _read(updateData[i]);
            _keep(id, price);
        }
    }

    /// @notice As the real one: the first update at or after `minPublishTime`, which its predecessor's time proves.
    function parsePriceFeedUpdatesUnique(
        bytes[] calldata updateData,
        bytes32[] calldata priceIds,
        uint64 minPublishTime,
        uint64 maxPublishTime
    ) external payable returns (PriceFeed[] memory feeds) {
        if (msg.value < getUpdateFee(updateData)) revert InsufficientFee();
        feeds = new PriceFeed[](priceIds.length);
        for (uint256 i; i < updateData.length; ++i) {
            (bytes32 id, Price memory price, uint256 previous) = _read(updateData[i]);
            bool isFirst = previous < minPublishTime && minPublishTime <= price.publishTime && price.publishTime <= maxPublishTime;
            for (uint256 k; isFirst && k < priceIds.length; ++k) {
                if (priceIds[k] == id) feeds[k] = PriceFeed(id, price, price);
            }
        }
        for (uint256 k; k < priceIds.length; ++k) {
            if (feeds[k].id == 0) revert PriceFeedNotFoundWithinRange();
        }
    }

    function _read(bytes calldata update) private pure returns (bytes32 id, Price memory price, uint256 previous) {
        if (update.length != 7 * 32 || bytes32(update) != SEAL) revert InvalidUpdateData();
        (, id, price.price, price.conf, price.expo, price.publishTime, previous) =
            abi.decode(update, (bytes32, bytes32, int64, uint64, int32, uint256, uint256));
    }

    function _keep(bytes32 id, Price memory price) private {
        if (price.publishTime > _latest[id].publishTime) {
            _latest[id] = price;
            emit PriceFeedUpdate(id, uint64(price.publishTime), price.price, price.conf);
        }
    }
}
