// Writes primitives.json beside this file: random cases with viem's answers, the same on every run.
//   npm ci && node tests/Relayer.Core.Tests/Vectors/generate-primitives.mjs
import { writeFileSync } from 'node:fs';
import { keccak256, recoverAddress, toHex, toRlp } from 'viem';
import { privateKeyToAccount, sign } from 'viem/accounts';
import { seeded, times } from './random.mjs';

const { below, pick, bytes } = seeded(0x1559);
const number = (bits) => pick([
  () => 0n, () => 1n, () => 127n, () => 128n, () => (1n << BigInt(bits)) - 1n, () => BigInt(bytes(1 + below(bits / 8))), () => BigInt(bytes(bits / 8)),
])();

// Every length across the block of 136 bytes, then longer ones.
const keccak = times(320, (i) => {
  const data = bytes(i < 280 ? i : 280 + below(1500));
  return { data, hash: keccak256(data) };
});

// A string is its bytes in hexadecimal, a list an array.
function tree(depth) {
  if (depth === 0 || below(3) > 0) return bytes(pick([0, 1, 1, 2, 20, 32, 54, 55, 56, 57, below(300)]));
  return times(below(7), () => tree(depth - 1));
}
const rlp = times(250, () => {
  const value = times(below(6), () => tree(4));
  const item = below(4) === 0 ? tree(0) : value;
  return { item, encoded: toRlp(item) };
});

// Small keys and those below the order; any digest, also above the order.
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const word = (value) => toHex(value, { size: 32 });
const privateKey = (i) => word(i < 5 ? BigInt(i + 1) : i < 10 ? order - BigInt(i - 4) : BigInt(bytes(32)) % (order - 1n) + 1n);
const digest = (i) => (i % 50 === 0 ? word((1n << 256n) - 1n) : i % 50 === 1 ? word(0n) : i % 50 === 2 ? word(order) : bytes(32));
const signatures = [];
for (let i = 0; i < 350; i++) {
  const key = privateKey(i);
  const hash = digest(i);
  const { r, s, yParity } = await sign({ hash, privateKey: key });
  const address = privateKeyToAccount(key).address;
  const recovered = await recoverAddress({ hash, signature: { r, s, yParity } });
  if (recovered !== address) throw new Error(`viem recovers ${recovered}, not ${address}`);
  signatures.push({ key, hash, r, s, yParity, address });
}

// Numbers are decimal text, since some pass 2^53. viem takes the nonce and the chain id as JavaScript numbers, so none of those does.
async function transaction(i, fees) {
  const key = privateKey(10 + i);
  const account = privateKeyToAccount(key);
  const fields = {
    chainId: pick([1, 10, 137, 8453, 42161, 31337, 84532, 11155111, 2 ** 40 + 7, Number.MAX_SAFE_INTEGER]),
    nonce: pick([0, 1, 127, 128, 255, 256, below(1e6), Number.MAX_SAFE_INTEGER]),
    gas: number(64),
    to: below(12) === 0 ? undefined : bytes(20),
    value: number(pick([64, 128, 256])),
    data: bytes(pick([0, 1, 4, 36, 54, 55, 56, 255, 256, below(600)])),
    ...fees,
  };
  const raw = await account.signTransaction(fields);
  const json = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value?.toString() ?? null]));
  return { ...json, key, from: account.address, raw, hash: keccak256(raw) };
}
const dynamic = [];
const legacy = [];
for (let i = 0; i < 250; i++) {
  // viem refuses a tip above the fee.
  const [tip, fee] = [number(pick([40, 64, 256])), number(pick([40, 64, 256]))].sort((a, b) => (a < b ? -1 : 1));
  dynamic.push(await transaction(i, { type: 'eip1559', maxFeePerGas: fee, maxPriorityFeePerGas: tip }));
  legacy.push(await transaction(i, { type: 'legacy', gasPrice: number(pick([40, 64, 128])) }));
}

// One case a line: a change shows as the lines it touches.
const cases = { keccak, rlp, signatures, dynamic, legacy };
const lines = Object.entries(cases).map(([name, list]) => `"${name}": [\n${list.map((each) => JSON.stringify(each)).join(',\n')}\n]`);
writeFileSync(new URL('primitives.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
console.log(Object.entries(cases).map(([name, list]) => `${list.length} ${name}`).join(', '));
