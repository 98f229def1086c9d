// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

/// @title Something for users without ether to call: it counts by the signer, through either forwarder or directly.
contract DemoTarget is ERC2771Context {
    address private immutable _second;

    mapping(address caller => uint256) public counts;
    mapping(address caller => uint256) public forbiddenCounts;

    event Incremented(address indexed caller, uint256 count);

    constructor(address first, address second) ERC2771Context(first) {
        _second = second;
    }

    function isTrustedForwarder(address forwarder) public view override returns (bool) {
        return super.isTrustedForwarder(forwarder) || forwarder == _second;
    }

    function increment() external {
        address caller = _msgSender();
        emit Incremented(caller, ++counts[caller]);
    }

    /// @notice Counts like increment(), but only a caller who was never counted: two at once both look well, and one reverts.
    function once() external {
        address caller = _msgSender();
        require(counts[caller] == 0, "counted already");
        emit Incremented(caller, ++counts[caller]);
    }

    /// @notice Reverts with the reason given.
    function fail(string calldata reason) external pure {
        revert(reason);
    }

    /// @notice Uses about so much gas and does nothing.
    function burn(uint256 amount) external view {
        uint256 start = gasleft();
        while (start - gasleft() < amount) {}
    }

    /// @notice Works like any other; the demo's policy does not sponsor it.
    function forbidden() external {
        ++forbiddenCounts[_msgSender()];
    }
}
