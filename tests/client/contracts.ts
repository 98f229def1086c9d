// Signs with viem and calls the forwarders directly, without the relayer: what the contracts themselves do.
// node contracts.js --rpc URL --openzeppelin 0x… --infinex 0x… --target 0x…   prints one line of JSON.
import { parseArgs } from 'node:util'
import {
  BaseError, concat, ContractFunctionRevertedError, createTestClient, encodeFunctionData, http, parseAbi, parseEventLogs,
  publicActions, toHex, walletActions, zeroAddress, type Abi, type Address, type Hex, type TransactionReceipt,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { Forwarder } from './api.js'
import { described, infinexAbi, openZeppelinAbi } from './forwarders.js'
import { signed, type Call } from './sign.js'

const targetAbi = parseAbi([
  'function increment()',
  'function fail(string reason)',
  'function burn(uint256 amount)',
  'function counts(address caller) view returns (uint256)',
  'function isTrustedForwarder(address forwarder) view returns (bool)',
  'event Incremented(address indexed caller, uint256 count)',
])
const increment = encodeFunctionData({ abi: targetAbi, functionName: 'increment' })
const fail = encodeFunctionData({ abi: targetAbi, functionName: 'fail', args: ['because'] })
const burn = (gas: bigint) => encodeFunctionData({ abi: targetAbi, functionName: 'burn', args: [gas] })

const { values: options } = parseArgs({
  options: {
    rpc: { type: 'string' }, openzeppelin: { type: 'string' }, infinex: { type: 'string' }, target: { type: 'string' },
  },
})
const target = options.target as Address
const node = createTestClient({ mode: 'anvil', transport: http(options.rpc) }).extend(publicActions).extend(walletActions)
const chainId = await node.getChainId()
const [relayer] = await node.getAddresses()

interface Outcome {
  error: string | null
  args: string[]
}

const results: Record<string, unknown> = {}
for (const [name, forwarder, abi] of [
  ['openZeppelin', described('OpenZeppelin', options.openzeppelin as Address, chainId), openZeppelinAbi as Abi],
  ['infinex', described('Infinex', options.infinex as Address, chainId), infinexAbi as Abi],
] as const) {
  results[name] = await examine(forwarder, abi)
}

console.log(JSON.stringify(results, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))

async function examine(forwarder: Forwarder, abi: Abi) {
  const isSequential = forwarder.nonces === 'sequential'
  const user = privateKeyToAccount(generatePrivateKey())
  const read = (functionName: string, args: unknown[]) =>
    node.readContract({ address: forwarder.address, abi, functionName, args })
  const count = () => node.readContract({ address: target, abi: targetAbi, functionName: 'counts', args: [user.address] })
  const random = () => BigInt(toHex(crypto.getRandomValues(new Uint8Array(32))))
  const nonce = async () => (isSequential ? ((await read('nonces', [user.address])) as bigint) : random())
  const isSpent = async (value: bigint) =>
    isSequential
      ? ((await read('nonces', [user.address])) as bigint) > value
      : ((await read('nonces', [user.address, value])) as boolean)

  const { timestamp } = await node.getBlock()
  const make = async (data: Hex, changes: Partial<Call> = {}, signer = user) => {
    const call = { to: target, data, gas: 100_000n, nonce: await nonce(), deadline: Number(timestamp) + 600, ...changes }
    const { request, signature } = await signed({ chainId }, forwarder, signer, call, user.address)
    return { ...call, ...request, gas: call.gas, nonce: call.nonce, value: call.value ?? 0n, deadline: call.deadline, signature }
  }
  type Signed = Awaited<ReturnType<typeof make>>

  const simulate = (functionName: string, args: unknown[], more: { gas?: bigint; value?: bigint } = {}) =>
    outcome(() => node.simulateContract({ address: forwarder.address, abi, functionName, args, account: relayer!, ...more }))
  const send = async (functionName: string, args: unknown[]) => {
    const data = encodeFunctionData({ abi, functionName, args })
    const hash = await node.sendTransaction({
      account: relayer!, chain: null, to: forwarder.address, data, gas: 3_000_000n,
    })
    return node.waitForTransactionReceipt({ hash, pollingInterval: 20 })
  }
  const executed = (receipt: TransactionReceipt) =>
    parseEventLogs({ abi, logs: receipt.logs, eventName: 'ExecutedForwardRequest' })
      .map(({ args }) => args as unknown as { signer: Address; nonce: bigint; success: boolean })
  const execute = (request: Signed) => send('execute', [request])

  const good = await make(increment)
  const verifiesBefore = await read('verify', [good])
  const spentBefore = await isSpent(good.nonce)
  const first = await execute(good)
  const counted = parseEventLogs({ abi: targetAbi, logs: first.logs, eventName: 'Incremented' })[0]?.args
  const firstEvents = executed(first)

  const stranger = privateKeyToAccount(generatePrivateKey())
  const failing = await make(fail)
  const innerRevert = await simulate('execute', [failing])
  const spentByInnerRevert = await isSpent(failing.nonce)
  const innerReason = await outcome(() =>
    node.call({ account: forwarder.address, to: target, data: concat([fail, user.address]) }))

  const beforeBatch = await count()
  const inBatch = await make(increment)
  const failingInBatch = await make(fail, isSequential ? { nonce: inBatch.nonce + 1n } : {})
  const forgedInBatch = await make(increment, {}, stranger)
  const batch = await send('executeBatch', [[inBatch, forgedInBatch, failingInBatch], relayer!])

  const beforeBurn = await make(burn(500_000n), { gas: 600_000n })
  const burnt = await execute(beforeBurn)
  const greedy = await make(burn(10_000_000n), { gas: 1_000_000n })

  return {
    user: user.address,
    forwarder: forwarder.address,
    isTrusted: await node.readContract({
      address: target, abi: targetAbi, functionName: 'isTrustedForwarder', args: [forwarder.address],
    }),
    domain: await read('eip712Domain', []),
    verifiesBefore,
    verifiesAfter: await read('verify', [good]),
    spentBefore,
    spentAfter: await isSpent(good.nonce),
    nonce: good.nonce,
    executed: firstEvents,
    countedFor: counted?.caller ?? null,
    again: await simulate('execute', [good]),
    forged: await simulate('execute', [await make(increment, {}, stranger)]),
    expired: await simulate('execute', [await make(increment, { deadline: Number(timestamp) - 1 })]),
    shortSignature: await simulate('execute', [{ ...(await make(increment)), signature: '0x1234' }]),
    nobody: await simulate('execute', [{ ...(await make(increment)), from: zeroAddress, signature: '0x' }]),
    valueMissing: await simulate('execute', [await make(increment, { value: 5n })]),
    valueTooMuch: await simulate('execute', [await make(increment)], { value: 5n }),
    innerRevert,
    spentByInnerRevert,
    innerReason,
    batchSucceeded: batch.status === 'success',
    batchCounted: (await count()) - beforeBatch,
    batchExecuted: executed(batch),
    batchSpent: [await isSpent(inBatch.nonce), await isSpent(failingInBatch.nonce)],
    batchWithoutReceiver: await simulate('executeBatch', [[await make(increment, {}, stranger)], zeroAddress]),
    burntGas: burnt.gasUsed,
    shrunkGas: await simulate('execute', [greedy], { gas: 300_000n }),
    stranger: stranger.address,
  }
}

async function outcome(action: () => Promise<unknown>): Promise<Outcome> {
  try {
    await action()
    return { error: null, args: [] }
  } catch (error) {
    const reverted = error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : null
    if (reverted instanceof ContractFunctionRevertedError && reverted.data) {
      return { error: reverted.data.errorName, args: (reverted.data.args ?? []).map(String) }
    }

    return { error: error instanceof BaseError ? error.shortMessage : String(error), args: [] }
  }
}
