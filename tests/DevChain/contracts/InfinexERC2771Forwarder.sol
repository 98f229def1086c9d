// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title A forwarder of the Infinex dialect, for development and tests only.
/// @notice Written from the deployed contract's ABI and its observed behaviour: the request's nonce is any 256-bit number
/// that its signer has not used yet, and there is no deadline.
contract InfinexERC2771Forwarder is EIP712 {
    struct ForwardRequestData {
        address from;
        address to;
        uint256 value;
        uint256 gas;
        uint256 nonce;
        bytes data;
        bytes signature;
    }

    bytes32 private constant REQUEST_TYPE = keccak256(
        "ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,bytes data)"
    );

    mapping(address signer => mapping(uint256 nonce => bool)) private _used;

    event ExecutedForwardRequest(address indexed signer, uint256 nonce, bool success);

    error InfinexERC2771ForwarderInvalidSigner(address signer, address from);
    error InfinexERC2771ForwarderMismatchedValue(uint256 requestedValue, uint256 msgValue);
    error InfinexERC2771ForwarderNonceAlreadyUsed(address from, uint256 nonce);
    error InfinexERC2771ForwarderGasShrinkDetected();
    error InfinexERC2771ForwarderFailedInnerCall();

    constructor() EIP712("InfinexERC2771Forwarder", "1") {}

    /// @notice Whether a signer's nonce is spent.
    function nonces(address signer, uint256 nonce) external view returns (bool) {
        return _used[signer][nonce];
    }

    /// @notice Whether a request is signed by its sender and its nonce is unspent.
    function verify(ForwardRequestData calldata request) external view returns (bool) {
        (bool valid,) = _recover(request);
        return valid && !_used[request.from][request.nonce];
    }

    /// @notice Executes one request; anything wrong, the inner call's revert included, reverts and spends nothing.
    function execute(ForwardRequestData calldata request) external payable {
        if (msg.value != request.value) {
            revert InfinexERC2771ForwarderMismatchedValue(request.value, msg.value);
        }

        if (!_execute(request, true)) {
            revert InfinexERC2771ForwarderFailedInnerCall();
        }
    }

    /// @notice Executes many. With a receiver, invalid requests are skipped and what was meant for failed ones is refunded;
    /// without one, the first invalid request reverts all.
    function executeBatch(ForwardRequestData[] calldata requests, address payable refundReceiver) external payable {
        uint256 requested;
        uint256 refund;
        for (uint256 i; i < requests.length; ++i) {
            requested += requests[i].value;
            if (!_execute(requests[i], refundReceiver == address(0))) {
                refund += requests[i].value;
            }
        }

        if (requested != msg.value) {
            revert InfinexERC2771ForwarderMismatchedValue(requested, msg.value);
        }

        if (refund != 0 && refundReceiver != address(0)) {
            (bool refunded,) = refundReceiver.call{value: refund}("");
            if (!refunded) {
                revert InfinexERC2771ForwarderFailedInnerCall();
            }
        }
    }

    function _execute(ForwardRequestData calldata request, bool mustBeValid) private returns (bool success) {
        (bool valid, address signer) = _recover(request);
        bool spent = _used[request.from][request.nonce];
        if (!valid || spent) {
            if (!mustBeValid) {
                return false;
            }

            if (spent) {
                revert InfinexERC2771ForwarderNonceAlreadyUsed(request.from, request.nonce);
            }

            revert InfinexERC2771ForwarderInvalidSigner(signer, request.from);
        }

        // Before the call, so that the target cannot come back with the same request.
        _used[signer][request.nonce] = true;
        success = _forward(request);
        emit ExecutedForwardRequest(signer, request.nonce, success);
    }

    function _forward(ForwardRequestData calldata request) private returns (bool success) {
        uint256 gasLimit = request.gas;
        address to = request.to;
        uint256 value = request.value;
        bytes memory data = abi.encodePacked(request.data, request.from);
        uint256 gasLeft;
        assembly ("memory-safe") {
            success := call(gasLimit, to, value, add(data, 0x20), mload(data), 0, 0)
            gasLeft := gas()
        }

        // EIP-150 keeps back a 64th. Less than a 63rd of what was asked for means that the call got less than that.
        if (gasLeft < gasLimit / 63) {
            revert InfinexERC2771ForwarderGasShrinkDetected();
        }
    }

    function _recover(ForwardRequestData calldata request) private view returns (bool valid, address signer) {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(
            REQUEST_TYPE,
            request.from,
            request.to,
            request.value,
            request.gas,
            request.nonce,
            keccak256(request.data)
        )));
        ECDSA.RecoverError fault;
        (signer, fault,) = ECDSA.tryRecover(digest, request.signature);
        valid = fault == ECDSA.RecoverError.NoError && signer == request.from;
    }
}
