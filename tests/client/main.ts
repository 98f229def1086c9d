import { parseArgs } from 'node:util'
import { createPublicClient, http, type Address } from 'viem'
import { RelayApi, type Chain } from './api.js'
import { Summary } from './summary.js'
import { incrementSelector, targetAbi, User } from './users.js'

const usage = `usage: node main.js --api URL [options]
  --api URL        the relayer
  --rpc URL        a node, to check counts(address) on the chain at the end
  --chain ID       the chain's id; the first that the relayer serves otherwise
  --dialect NAME   only this forwarder dialect; all otherwise, users taking turns
  --target 0x…     the contract with increment(); the first that allows it otherwise
  --users N        good users, all at once (1)
  --requests N     requests of each (1)
  --pipeline       a user posts all of them before waiting for any
  --bad N          users beside them whose signatures are forged (0)
  --timeout S      seconds until giving up (120)
Prints one line of JSON; ends with 0 when all went as it should.`

const { values: options } = parseArgs({
  options: {
    api: { type: 'string' },
    rpc: { type: 'string' },
    chain: { type: 'string' },
    dialect: { type: 'string' },
    target: { type: 'string' },
    users: { type: 'string', default: '1' },
    requests: { type: 'string', default: '1' },
    pipeline: { type: 'boolean', default: false },
    bad: { type: 'string', default: '0' },
    timeout: { type: 'string', default: '120' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help || !options.api) {
  console.error(usage)
  process.exit(options.help ? 0 : 2)
}

const started = performance.now()
const api = new RelayApi(options.api, Date.now() + Number(options.timeout) * 1000)
const chain = chosen(await api.chains())
const forwarders = chain.forwarders.filter(
  ({ dialect }) => !options.dialect || dialect.toLowerCase() === options.dialect.toLowerCase())
const target = (options.target ?? allowing(chain)) as Address
if (forwarders.length === 0) {
  throw new Error(`chain ${chain.chainId} has no forwarder of the dialect ${options.dialect}`)
}

const summary = new Summary()
const newUser = (index: number) => new User(api, chain, forwarders[index % forwarders.length]!, target, summary)
const good = Array.from({ length: Number(options.users) }, (_, index) => newUser(index))
// Each forgery meets each dialect, hence the shift after every four.
const bad = Array.from({ length: Number(options.bad) }, (_, index) => newUser(index + Math.floor(index / 4)))
summary.users = good.length + bad.length

await Promise.all([...good.map(guarded(useWell)), ...bad.map(guarded((user, index) => user.forge(index)))])
if (options.rpc) {
  await compareWithChain(options.rpc)
}

const seconds = Number(((performance.now() - started) / 1000).toFixed(3))
console.log(JSON.stringify({
  ...summary.toJSON(),
  retries: api.retries,
  seconds,
  dialects: forwarders.map(({ dialect }) => dialect),
  checkedOnChain: Boolean(options.rpc),
}))
process.exit(summary.unexpected.length === 0 ? 0 : 1)

function chosen(chains: Chain[]): Chain {
  const found = options.chain ? chains.find(({ chainId }) => String(chainId) === options.chain) : chains[0]
  if (!found) {
    throw new Error(`the relayer does not serve chain ${options.chain ?? '(any)'}`)
  }

  return found
}

function allowing({ targets }: Chain): string {
  const found = targets.find(({ selectors }) => selectors === '*' || selectors.includes(incrementSelector))
  if (!found) {
    throw new Error('the relayer sponsors increment() nowhere: name a --target')
  }

  return found.address
}

async function useWell(user: User) {
  const requests = Number(options.requests)
  if (options.pipeline) {
    return user.relayAtOnce(requests)
  }

  for (let i = 0; i < requests; i++) {
    await user.relay()
  }
}

function guarded(use: (user: User, index: number) => Promise<void>) {
  return async (user: User, index: number) => {
    try {
      await use(user, index)
    } catch (error) {
      summary.surprise(String(error))
    }
  }
}

async function compareWithChain(rpc: string) {
  const node = createPublicClient({ transport: http(rpc, { batch: true }) })
  await Promise.all([...good, ...bad].map(async ({ account, confirmed }) => {
    const count = await node.readContract({
      address: target, abi: targetAbi, functionName: 'counts', args: [account.address],
    })
    if (count !== BigInt(confirmed)) {
      summary.surprise(`counts(${account.address}) is ${count}, but ${confirmed} were confirmed`)
    }
  }))
}
