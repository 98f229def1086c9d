// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Calls in a row, each with the sender appended as EIP-2771 has it; errors come through as they are.
contract TrustedMulticall {
    struct Call3Value {
        address target;
        bool requireSuccess;
        uint256 value;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    error ERC2771ForwarderMismatchedValue(uint256 requestedValue, uint256 msgValue);

    function aggregate3Value(Call3Value[] calldata calls) external payable returns (Result[] memory returnData) {
        uint256 sum;
        returnData = new Result[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            Call3Value calldata item = calls[i];
            sum += item.value;
            (bool success, bytes memory data) = item.target.call{value: item.value}(abi.encodePacked(item.callData, msg.sender));
            if (item.requireSuccess && !success) {
                assembly ("memory-safe") {
                    revert(add(data, 0x20), mload(data))
                }
            }
            returnData[i] = Result(success, data);
        }
        if (msg.value != sum) revert ERC2771ForwarderMismatchedValue(sum, msg.value);
    }
}
