// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Entries that anybody may settle, each once.
contract DueBook {
    uint256 public count;
    uint256 public total;
    bool public broken;
    bool public turning;
    mapping(uint256 entry => bool) public isSettled;
    mapping(address keeper => uint256) public settledBy;

    event Settled(uint256 indexed entry, address indexed keeper);

    error AlreadySettled(uint256 entry);

    function add(uint256 entries) external {
        count += entries;
    }

    function setBroken(bool value) external {
        broken = value;
    }

    /// While it turns, it simulates well and reverts once it is mined.
    function setTurning(bool value) external {
        turning = value;
    }

    function due() external view returns (uint256[] memory entries) {
        require(!broken, "the book is closed");
        uint256 open;
        for (uint256 i = 1; i <= count; ++i) if (!isSettled[i]) ++open;
        entries = new uint256[](open);
        for (uint256 i = count; i > 0; --i) if (!isSettled[i]) entries[--open] = i;
    }

    function settle(uint256 entry) external payable {
        if (isSettled[entry]) revert AlreadySettled(entry);
        require(entry > 0 && entry <= count, "no such entry");
        require(!turning || tx.gasprice == 0, "turned");
        isSettled[entry] = true;
        total += 1;
        settledBy[msg.sender] += 1;
        emit Settled(entry, msg.sender);
    }
}
