import { type Address, parseAbi } from 'viem'
import type { Forwarder } from './api.js'

// Both dialects as the project's facts state them, not as a compiler printed them.

const domainFunction =
  'function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)'
const executedEvent = 'event ExecutedForwardRequest(address indexed signer, uint256 nonce, bool success)'

export const openZeppelinAbi = parseAbi([
  'struct Request { address from; address to; uint256 value; uint256 gas; uint48 deadline; bytes data; bytes signature; }',
  'function execute(Request request) payable',
  'function executeBatch(Request[] requests, address refundReceiver) payable',
  'function verify(Request request) view returns (bool)',
  'function nonces(address owner) view returns (uint256)',
  domainFunction,
  executedEvent,
  'error ERC2771ForwarderInvalidSigner(address signer, address from)',
  'error ERC2771ForwarderMismatchedValue(uint256 requestedValue, uint256 msgValue)',
  'error ERC2771ForwarderExpiredRequest(uint48 deadline)',
  'error ERC2771UntrustfulTarget(address target, address forwarder)',
  'error FailedCall()',
])

export const infinexAbi = parseAbi([
  'struct Request { address from; address to; uint256 value; uint256 gas; uint256 nonce; bytes data; bytes signature; }',
  'function execute(Request request) payable',
  'function executeBatch(Request[] requests, address refundReceiver) payable',
  'function verify(Request request) view returns (bool)',
  'function nonces(address owner, uint256 nonce) view returns (bool)',
  domainFunction,
  executedEvent,
  'error InfinexERC2771ForwarderInvalidSigner(address signer, address from)',
  'error InfinexERC2771ForwarderMismatchedValue(uint256 requestedValue, uint256 msgValue)',
  'error InfinexERC2771ForwarderNonceAlreadyUsed(address from, uint256 nonce)',
  'error InfinexERC2771ForwarderGasShrinkDetected()',
  'error InfinexERC2771ForwarderFailedInnerCall()',
])

/** A forwarder as `/api/chains` would describe it, for when there is no relayer to ask. */
export function described(dialect: 'OpenZeppelin' | 'Infinex', address: Address, chainId: number): Forwarder {
  const isOpenZeppelin = dialect === 'OpenZeppelin'
  const deadline = isOpenZeppelin ? [{ name: 'deadline', type: 'uint48' }] : []
  return {
    address,
    dialect,
    nonces: isOpenZeppelin ? 'sequential' : 'unordered',
    domain: {
      name: isOpenZeppelin ? 'ERC2771Forwarder' : 'InfinexERC2771Forwarder',
      version: '1',
      chainId,
      verifyingContract: address,
    },
    primaryType: 'ForwardRequest',
    types: {
      ForwardRequest: [
        { name: 'from', type: 'address' },
        { name: 'to', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'gas', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        ...deadline,
        { name: 'data', type: 'bytes' },
      ],
    },
    limits: {
      maxGas: 2_000_000,
      maxValueWei: '0',
      maxDataBytes: 32768,
      minDeadlineSeconds: 10,
      maxDeadlineSeconds: 3600,
      timeToLiveSeconds: 600,
    },
  }
}
