import { encodeFunctionData, parseAbi, toFunctionSelector, type Address, type Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { Problem, type Chain, type Forwarder, type Relay, type RelayApi, type RelayBody } from './api.js'
import { signed, type Call } from './sign.js'
import type { Summary } from './summary.js'

export const targetAbi = parseAbi([
  'function increment()',
  'function fail(string reason)',
  'function counts(address caller) view returns (uint256)',
])

export const incrementSelector = toFunctionSelector('increment()')

/** The ways in which a request can bear a signature that is not its sender's. */
const forgeries = ['anotherSigner', 'changedAfterwards', 'flippedBit', 'anotherDomain'] as const

/** One user without ether, at one forwarder. */
export class User {
  readonly account = privateKeyToAccount(generatePrivateKey())
  confirmed = 0

  constructor(
    private readonly api: RelayApi,
    private readonly chain: Chain,
    private readonly forwarder: Forwarder,
    private readonly target: Address,
    private readonly summary: Summary,
  ) {}

  /** Signs and posts `increment()`, and waits for it to be confirmed. */
  async relay() {
    const started = performance.now()
    const relay = await this.post(await this.sign(await this.call()))
    if (relay) {
      await this.settle(relay, started)
    }
  }

  /** Posts many before waiting for any, as an impatient user would. */
  async relayAtOnce(count: number) {
    const posted: { relay: Relay; started: number }[] = []
    for (let i = 0; i < count; i++) {
      const started = performance.now()
      const relay = await this.post(await this.sign(await this.call()))
      if (relay) {
        posted.push({ relay, started })
      }
    }

    await Promise.all(posted.map(({ relay, started }) => this.settle(relay, started)))
  }

  /** Posts a request that somebody else signed, in one of several ways. */
  async forge(index: number) {
    const way = forgeries[index % forgeries.length]!
    try {
      this.summary.requested++
      const relay = await this.api.submit(await this.forged(way))
      this.summary.surprise(`a forged request (${way}) was accepted as ${relay.id}`)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'signature_mismatch' || error.status !== 401) {
        this.summary.surprise(`a forged request (${way}) got ${String(error)}`)
      }

      this.summary.refuse(error instanceof Problem ? error.code : 'error')
    }
  }

  private async call(): Promise<Call> {
    const nonce = await this.api.nonce(this.chain.chainId, this.forwarder.address, this.account.address)
    const { minDeadlineSeconds: least, maxDeadlineSeconds: most } = this.forwarder.limits
    return {
      to: this.target,
      data: encodeFunctionData({ abi: targetAbi, functionName: 'increment' }),
      gas: 100_000n,
      nonce,
      deadline: Math.floor(Date.now() / 1000 + Math.max(least + 60, most / 2)),
    }
  }

  private sign(call: Call): Promise<RelayBody> {
    return signed(this.chain, this.forwarder, this.account, call)
  }

  private async forged(way: (typeof forgeries)[number]): Promise<RelayBody> {
    const call = await this.call()
    switch (way) {
      case 'anotherSigner':
        return signed(this.chain, this.forwarder, privateKeyToAccount(generatePrivateKey()), call, this.account.address)
      case 'changedAfterwards': {
        const body = await this.sign(call)
        return { ...body, request: { ...body.request, gas: String(call.gas + 1n) } }
      }
      case 'flippedBit': {
        const body = await this.sign(call)
        const flipped = (BigInt(`0x${body.signature.slice(2, 66)}`) ^ 1n).toString(16).padStart(64, '0')
        return { ...body, signature: `0x${flipped}${body.signature.slice(66)}` as Hex }
      }
      case 'anotherDomain': {
        const elsewhere = { ...this.forwarder, domain: { ...this.forwarder.domain, chainId: this.chain.chainId + 1 } }
        return signed(this.chain, elsewhere, this.account, call)
      }
    }
  }

  private async post(body: RelayBody): Promise<Relay | undefined> {
    const started = performance.now()
    this.summary.requested++
    try {
      const relay = await this.api.submit(body)
      this.summary.accepted++
      this.summary.acceptedMs.push(performance.now() - started)
      return relay
    } catch (error) {
      this.summary.refuse(error instanceof Problem ? error.code : 'error')
      this.summary.surprise(`a good request got ${String(error)}`)
      return undefined
    }
  }

  private async settle(relay: Relay, started: number) {
    const end = await this.api.untilFinal(relay.id)
    this.summary[end.state as 'confirmed' | 'failed' | 'expired']++
    if (end.state === 'confirmed' && end.success !== false) {
      this.confirmed++
      this.summary.confirmedMs.push(performance.now() - started)
    } else {
      this.summary.surprise(`${relay.id} ended ${end.state}: ${end.reason ?? 'no reason'}`)
    }
  }
}
