import type { Address, Hex, PrivateKeyAccount } from 'viem'
import type { Chain, Forwarder, RelayBody } from './api.js'

/** What a user wants called, in their name. */
export interface Call {
  to: Address
  data: Hex
  gas: bigint
  nonce: bigint
  deadline: number
  value?: bigint
}

/** The typed data a wallet shows, made from nothing but what the relayer says of the forwarder. */
export function typedData(forwarder: Forwarder, from: Address, call: Call) {
  const known: Record<string, unknown> = { from, value: 0n, ...call }
  const fields = forwarder.types[forwarder.primaryType].map(({ name }) => {
    if (known[name] === undefined) {
      throw new Error(`the forwarder asks for a field "${name}" that this client does not know`)
    }

    return [name, known[name]] as const
  })
  return {
    domain: forwarder.domain,
    types: forwarder.types as unknown as Record<string, { name: string; type: string }[]>,
    primaryType: forwarder.primaryType as string,
    message: Object.fromEntries(fields),
  }
}

/** Signs a call and makes the body to post. */
export async function signed(
  chain: Pick<Chain, 'chainId'>, forwarder: Forwarder, signer: PrivateKeyAccount, call: Call, from = signer.address,
): Promise<RelayBody> {
  const signature = await signer.signTypedData(typedData(forwarder, from, call))
  const hasDeadline = forwarder.types.ForwardRequest.some(({ name }) => name === 'deadline')
  return {
    chainId: chain.chainId,
    forwarder: forwarder.address,
    request: {
      from,
      to: call.to,
      value: String(call.value ?? 0n),
      gas: String(call.gas),
      nonce: String(call.nonce),
      data: call.data,
      ...(hasDeadline ? { deadline: call.deadline } : {}),
    },
    signature,
  }
}
