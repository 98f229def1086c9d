import type { Address, Hex } from 'viem'

// The HTTP contract, as far as a frontend needs it.

export interface TypeField {
  name: string
  type: string
}

export interface Forwarder {
  address: Address
  dialect: string
  nonces: 'sequential' | 'unordered'
  domain: { name: string; version: string; chainId: number; verifyingContract: Address }
  primaryType: 'ForwardRequest'
  types: { ForwardRequest: TypeField[] }
  limits: {
    maxGas: number
    maxValueWei: string
    maxDataBytes: number
    minDeadlineSeconds: number
    maxDeadlineSeconds: number
    timeToLiveSeconds: number
  }
}

export interface Chain {
  chainId: number
  name: string
  confirmations: number
  forwarders: Forwarder[]
  targets: { address: Address; selectors: Hex[] | '*' }[]
}

export interface RelayBody {
  chainId: number
  forwarder: Address
  request: {
    from: Address
    to: Address
    value: string
    gas: string
    nonce: string
    data: Hex
    deadline?: number
  }
  signature: Hex
}

export interface Relay {
  id: Hex
  state: 'accepted' | 'pending' | 'mined' | 'confirmed' | 'failed' | 'expired'
  transactionHash: Hex | null
  success?: boolean | null
  reason?: string | null
  feeWei?: string | null
}

/** A refusal (RFC 9457). */
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, detail: string) {
    super(`${status} ${code}: ${detail}`)
  }
}

export const isFinal = (relay: Relay) => ['confirmed', 'failed', 'expired'].includes(relay.state)

/** Talks to the relayer. Where it says "later", or nothing at all, asks again until the deadline: every call is safe to repeat. */
export class RelayApi {
  readonly retries: Record<string, number> = {}

  constructor(private readonly url: string, private readonly giveUpAt: number) {}

  async chains(): Promise<Chain[]> {
    return (await this.call<{ chains: Chain[] }>('api/chains')).chains
  }

  async nonce(chainId: number, forwarder: Address, from: Address): Promise<bigint> {
    return BigInt((await this.call<{ nonce: string }>(`api/nonces/${chainId}/${forwarder}/${from}`)).nonce)
  }

  submit(body: RelayBody): Promise<Relay> {
    return this.call<Relay>('api/relay', body)
  }

  async untilFinal(id: Hex): Promise<Relay> {
    for (;;) {
      const relay = await this.call<Relay>(`api/relay/${id}?wait=20`)
      if (isFinal(relay)) {
        return relay
      }

      if (Date.now() > this.giveUpAt) {
        throw new Error(`${id} is still ${relay.state}`)
      }
    }
  }

  private async call<T>(path: string, body?: unknown): Promise<T> {
    for (;;) {
      const answer = await this.attempt(path, body)
      if (answer instanceof Response && answer.ok) {
        return (await answer.json()) as T
      }

      const pause = answer instanceof Response ? Number(answer.headers.get('retry-after') ?? 'NaN') : 1
      const refusal = answer instanceof Response ? await problem(answer) : answer
      if (Number.isNaN(pause) || Date.now() + pause * 1000 > this.giveUpAt) {
        throw refusal
      }

      this.count(refusal)
      await new Promise((resolve) => setTimeout(resolve, pause * 1000))
    }
  }

  private count(refusal: Error) {
    const reason = refusal instanceof Problem ? refusal.code : String((refusal.cause as Error | undefined) ?? refusal)
    this.retries[reason] = (this.retries[reason] ?? 0) + 1
  }

  private async attempt(path: string, body: unknown): Promise<Response | Error> {
    try {
      const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      return await fetch(new URL(path, this.url), body === undefined ? {} : post)
    } catch (error) {
      return error as Error
    }
  }
}

async function problem(answer: Response): Promise<Problem> {
  const text = await answer.text()
  try {
    const { code, detail, title } = JSON.parse(text) as { code?: string; detail?: string; title?: string }
    return new Problem(answer.status, code ?? 'none', detail ?? title ?? '')
  } catch {
    return new Problem(answer.status, 'none', text)
  }
}
