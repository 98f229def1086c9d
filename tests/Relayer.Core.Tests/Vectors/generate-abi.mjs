// Writes abi.json, eip712.json and forwarders.json beside this file: random cases with viem's answers, the same on every run.
//   npm ci && node tests/Relayer.Core.Tests/Vectors/generate-abi.mjs
import { writeFileSync } from 'node:fs';
import {
  decodeAbiParameters, encodeAbiParameters, encodeFunctionData, getAddress, hashDomain, hashStruct, hashTypedData,
  parseAbiParameters,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { seeded, times } from './random.mjs';

const { below, pick, bytes } = seeded(0x2771);
const word = () => BigInt(bytes(32));
const address = () => (below(12) === 0 ? getAddress('0x' + '00'.repeat(20)) : getAddress(bytes(20)));
// viem drops zero characters in front when it decodes, so none stand there.
const text = () => times(below(4) === 0 ? 0 : below(70), () => pick([...'abcXYZ 019(),:"\\\n\u0000éßλ中文🜁🚀\u202e'])).join('').replace(/^\0+/, '');

function unsigned(bits) {
  const max = (1n << BigInt(bits)) - 1n;
  return pick([() => 0n, () => 1n, () => max, () => BigInt(below(1000)) & max, () => word() & max, () => word() & max])();
}
function signed(bits) {
  const half = 1n << BigInt(bits - 1);
  return pick([() => 0n, () => -1n, () => -half, () => half - 1n, () => unsigned(bits) - half])();
}

// A type is {text, make, json}: its canonical text, a random value for viem, and how that value is written in JSON.
const asText = (value) => value.toString();
const same = (value) => value;
function elementary() {
  const bits = 8 * (1 + below(32));
  const length = 1 + below(32);
  return pick([
    () => ({ text: `uint${bits}`, make: () => sized(unsigned(bits), bits), json: asText }),
    () => ({ text: `int${bits}`, make: () => sized(signed(bits), bits), json: asText }),
    () => ({ text: 'uint256', make: () => unsigned(256), json: asText }),
    () => ({ text: 'address', make: address, json: same }),
    () => ({ text: 'bool', make: () => below(2) === 1, json: same }),
    () => ({ text: `bytes${length}`, make: () => bytes(length), json: same }),
    () => ({ text: 'bytes', make: () => bytes(pick([0, 1, 31, 32, 33, below(150)])), json: same }),
    () => ({ text: 'string', make: text, json: same }),
  ])();
}
// viem takes a number, not a bigint, up to 48 bits.
const sized = (value, bits) => (bits <= 48 ? Number(value) : value);

function arrayOf(element, length) {
  return {
    text: `${element.text}[${length ?? ''}]`,
    make: () => times(length ?? below(5), element.make),
    json: (items) => items.map(element.json),
  };
}
function abiType(depth) {
  const kind = depth === 0 ? 0 : below(5);
  if (kind <= 1) return elementary();
  if (kind === 2) return arrayOf(abiType(depth - 1));
  if (kind === 3) return arrayOf(abiType(depth - 1), 1 + below(3));
  const members = times(1 + below(4), () => abiType(depth - 1));
  return {
    text: `(${members.map((m) => m.text).join(',')})`,
    make: () => members.map((m) => m.make()),
    json: (values) => values.map((v, i) => members[i].json(v)),
  };
}

const viemText = (type) => type.text;
const plain = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? v.toString() : typeof v === 'number' ? String(v) : v));

function abiCase() {
  const types = times(1 + below(4), () => abiType(below(4)));
  const values = types.map((t) => t.make());
  const parameters = parseAbiParameters(types.map(viemText).join(','));
  const data = encodeAbiParameters(parameters, values);
  if (plain(decodeAbiParameters(parameters, data)) !== plain(values)) throw new Error('viem does not read what it wrote');
  return { types: types.map((t) => t.text), values: values.map((v, i) => types[i].json(v)), data };
}

// EIP-712. Numbers are written in JSON in every way that wallets write them.
function wayOfNumber(value) {
  const number = BigInt(value);
  const ways = [number.toString()];
  if (number >= 0n) ways.push('0x' + number.toString(16));
  if (number > -1000n && number < 1000n) ways.push(Number(number));
  return pick(ways);
}
function typedCase() {
  const names = times(1 + below(4), (i) => pick(['Order', 'Person', 'Leg', 'zeta', '_Pair', 'A']) + i);
  const types = {};
  const models = {};
  names.forEach((name, i) => {
    const fields = times(1 + below(5), (j) => {
      let type = i > 0 && below(3) === 0 ? models[names[below(i)]] : elementary();
      if (type.text.includes('int')) type = { ...type, json: wayOfNumber };
      for (let d = below(6); d >= 4; d--) type = arrayOf(type, below(2) === 0 ? undefined : 1 + below(3));
      return { name: pick(['from', 'to', 'amount', 'legs', 'note']) + j, type };
    });
    types[name] = fields.map((f) => ({ name: f.name, type: f.type.text }));
    models[name] = {
      text: name,
      make: () => Object.fromEntries(fields.map((f) => [f.name, f.type.make()])),
      json: (value) => Object.fromEntries(fields.map((f) => [f.name, f.type.json(value[f.name])])),
    };
  });
  const primaryType = names.at(-1);
  const domain = {};
  if (below(5)) domain.name = text();
  if (below(5)) domain.version = pick(['1', '2']);
  if (below(5)) domain.chainId = 1 + below(100000);
  if (below(5)) domain.verifyingContract = address();
  if (!below(5)) domain.salt = bytes(32);
  const message = models[primaryType].make();
  return {
    types, primaryType, domain, message: models[primaryType].json(message),
    structHash: hashStruct({ data: message, primaryType, types }),
    digest: hashTypedData({ domain, types, primaryType, message }),
  };
}

// Both forwarders.
const dialects = {
  OpenZeppelin: {
    fields: ['address from', 'address to', 'uint256 value', 'uint256 gas', 'uint256 nonce', 'uint48 deadline', 'bytes data'],
    fifth: { name: 'deadline', type: 'uint48' },
  },
  Infinex: {
    fields: ['address from', 'address to', 'uint256 value', 'uint256 gas', 'uint256 nonce', 'bytes data'],
    fifth: { name: 'nonce', type: 'uint256' },
  },
};
for (const dialect of Object.values(dialects)) {
  dialect.types = { ForwardRequest: dialect.fields.map((f) => ({ type: f.split(' ')[0], name: f.split(' ')[1] })) };
  const components = [
    ...['from', 'to'].map((name) => ({ name, type: 'address' })),
    ...['value', 'gas'].map((name) => ({ name, type: 'uint256' })),
    dialect.fifth,
    ...['data', 'signature'].map((name) => ({ name, type: 'bytes' })),
  ];
  const functionOf = (name, inputs) => ({ type: 'function', name, stateMutability: 'payable', inputs, outputs: [] });
  dialect.abi = [
    functionOf('execute', [{ name: 'request', type: 'tuple', components }]),
    functionOf('verify', [{ name: 'request', type: 'tuple', components }]),
    functionOf('executeBatch', [
      { name: 'requests', type: 'tuple[]', components }, { name: 'refundReceiver', type: 'address' },
    ]),
  ];
}

async function signedRequest(name, domain) {
  const dialect = dialects[name];
  const account = privateKeyToAccount(bytes(32));
  const request = {
    from: account.address,
    to: address(),
    value: below(3) ? 0n : unsigned(256),
    gas: pick([0n, 21000n, BigInt(below(2_000_000)), (1n << 64n) - 1n]),
    nonce: name === 'Infinex' ? unsigned(256) : BigInt(below(1000)),
    ...(name === 'Infinex' ? {} : { deadline: pick([0, 1_790_000_000 + below(100000), 2 ** 48 - 1]) }),
    data: bytes(pick([0, 4, 31, 32, 36, 68, 135, 136, 137, below(300)])),
  };
  const typed = { domain, types: dialect.types, primaryType: 'ForwardRequest', message: request };
  const signature = await account.signTypedData(typed);
  return { request, signature, digest: hashTypedData(typed) };
}
function domainOf(name) {
  return {
    name: name === 'Infinex' ? 'InfinexERC2771Forwarder' : pick(['ERC2771Forwarder', 'Relay', 'Förderer']),
    version: '1',
    chainId: pick([1, 10, 8453, 42161, 31337, below(2 ** 31) + 1]),
    verifyingContract: address(),
  };
}
const separator = (domain) => hashDomain({
  domain,
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' }, { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' }, { name: 'verifyingContract', type: 'address' },
    ],
  },
});
async function requestCase(name) {
  const domain = domainOf(name);
  const { request, signature, digest } = await signedRequest(name, domain);
  const args = [{ ...request, signature }];
  const { abi } = dialects[name];
  return {
    dialect: name, domain, separator: separator(domain), request, digest, signature,
    execute: encodeFunctionData({ abi, functionName: 'execute', args }),
    // The arguments are the same: the selector is enough.
    verify: encodeFunctionData({ abi, functionName: 'verify', args }).slice(0, 10),
  };
}
async function batchCase(name) {
  const domain = domainOf(name);
  const requests = [];
  for (let i = 1 + below(4); i > 0; i--) requests.push(await signedRequest(name, domain));
  const refundReceiver = getAddress(bytes(20));
  return {
    dialect: name, domain, refundReceiver,
    requests: requests.map(({ request, signature }) => ({ request, signature })),
    executeBatch: encodeFunctionData({
      abi: dialects[name].abi, functionName: 'executeBatch',
      args: [requests.map(({ request, signature }) => ({ ...request, signature })), refundReceiver],
    }),
  };
}

function save(file, content) {
  // One case a line: short, and a change shows where it is.
  const line = (c) => JSON.stringify(c, (_, v) => (typeof v === 'bigint' ? v.toString() : v));
  const lists = Object.entries(content).map(([key, cases]) => `${JSON.stringify(key)}: [\n${cases.map(line).join(',\n')}\n]`);
  writeFileSync(new URL(file, import.meta.url), `{\n${lists.join(',\n')}\n}\n`);
}

const requests = [];
const batches = [];
for (const name of Object.keys(dialects)) {
  for (let i = 0; i < 200; i++) requests.push(await requestCase(name));
  for (let i = 0; i < 50; i++) batches.push(await batchCase(name));
}
save('abi.json', { abi: times(500, abiCase) });
save('eip712.json', { typedData: times(300, typedCase) });
save('forwarders.json', { requests, batches });
