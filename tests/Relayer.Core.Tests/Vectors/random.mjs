// Random cases that are the same on every run.
import { toHex } from 'viem';

export function seeded(seed) {
  // mulberry32: small, seeded, good enough to spread cases.
  let state = seed;
  function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const bytes = (length) => toHex(Uint8Array.from({ length }, () => below(256)));
  return { below, pick, bytes };
}

export const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));
