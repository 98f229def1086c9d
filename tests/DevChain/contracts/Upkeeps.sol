// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Work that falls due every so often, in the shape that Chainlink's automation serves.
contract CountingUpkeep {
    uint256 public immutable interval;
    uint256 public lastTime;
    uint256 public count;
    mapping(address keeper => uint256) public performedBy;

    event Performed(address indexed keeper, uint256 count);

    constructor(uint256 seconds_) {
        interval = seconds_;
        lastTime = block.timestamp;
    }

    function checkUpkeep(bytes calldata checkData) external view returns (bool upkeepNeeded, bytes memory performData) {
        return (block.timestamp >= lastTime + interval, abi.encode(count, checkData));
    }

    function performUpkeep(bytes calldata performData) external {
        (uint256 expected, ) = abi.decode(performData, (uint256, bytes));
        require(expected == count, "somebody was first");
        require(block.timestamp >= lastTime + interval, "not due");
        lastTime = block.timestamp;
        ++performedBy[msg.sender];
        emit Performed(msg.sender, ++count);
    }
}

/// @title Work that is asked for piece by piece, and of which each piece can be done once.
contract DemandUpkeep {
    uint256 public asked;
    uint256 public count;
    bool public turns;

    event Performed(address indexed keeper, uint256 count);

    function ask() external {
        ++asked;
    }

    /// Nobody wants what is left any more.
    function withdraw() external {
        asked = count;
    }

    /// While it turns, it simulates well and burns all gas once it is mined.
    function setTurning(bool value) external {
        turns = value;
    }

    function checkUpkeep(bytes calldata) external view returns (bool upkeepNeeded, bytes memory performData) {
        return (asked > count, abi.encode(count));
    }

    function performUpkeep(bytes calldata performData) external {
        require(abi.decode(performData, (uint256)) == count && asked > count, "somebody was first");
        if (turns && tx.gasprice > 0) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        emit Performed(msg.sender, ++count);
    }
}

/// @title An upkeep that means harm, in one of several ways.
contract RogueUpkeep {
    enum Harm {
        None,
        CheckBurnsAll,
        CheckReturnsJunk,
        CheckRevertsWithMegabytes,
        PerformBurnsAll,
        PerformRevertsWithMegabytes,
        PerformDoesNothing,
        PerformTurnsWhenMined
    }

    Harm public harm;
    uint256 public performed;

    constructor(Harm which) {
        harm = which;
    }

    function checkUpkeep(bytes calldata) external view returns (bool, bytes memory) {
        if (harm == Harm.CheckBurnsAll) _burn();
        if (harm == Harm.CheckRevertsWithMegabytes) _revertWithMegabytes();
        if (harm == Harm.CheckReturnsJunk) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                mstore(0x20, not(0))
                return(0, 0x3f)
            }
        }
        return (true, "");
    }

    function performUpkeep(bytes calldata) external {
        if (harm == Harm.PerformBurnsAll) _burn();
        if (harm == Harm.PerformRevertsWithMegabytes) _revertWithMegabytes();
        // A simulation has no gas price, a transaction has: so it can tell them apart.
        if (harm == Harm.PerformTurnsWhenMined && tx.gasprice > 0) _burn();
        ++performed;
    }

    function _burn() private view {
        uint256 i;
        while (gasleft() > 0) ++i;
    }

    // As many bytes as the gas allows, up to four million.
    function _revertWithMegabytes() private view {
        assembly ("memory-safe") {
            let size := 4000000
            for { } gt(size, 32) { size := div(size, 2) } {
                let words := div(size, 32)
                if lt(add(mul(3, words), div(mul(words, words), 512)), sub(gas(), 5000)) { revert(0, size) }
            }
            revert(0, 0)
        }
    }
}
