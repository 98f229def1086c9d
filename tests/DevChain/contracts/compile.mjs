// Compiles the contracts beside this file: `node compile.mjs <folder>` writes <folder>/<Contract>.json with
// { abi, bytecode, deployedBytecode }. Whoever calls it caches by the sources' hash.
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const output = process.argv[2]
if (!output) {
  console.error('usage: node compile.mjs <folder>')
  process.exit(2)
}

const names = readdirSync(here).filter((name) => name.endsWith('.sol'))
const sources = Object.fromEntries(names.map((name) => [name, { content: readFileSync(join(here, name), 'utf8') }]))
const input = {
  language: 'Solidity',
  sources,
  settings: {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
  },
}

const load = (path) => {
  try {
    return { contents: readFileSync(require.resolve(path), 'utf8') }
  } catch (error) {
    return { error: error.message }
  }
}

const compiled = JSON.parse(solc.compile(JSON.stringify(input), { import: load }))
const faults = compiled.errors ?? []
faults.forEach((fault) => console.error(fault.formattedMessage))
if (faults.length > 0) {
  process.exit(1) // Warnings too: the contracts are few.
}

mkdirSync(output, { recursive: true })
for (const source of names) {
  for (const [name, { abi, evm }] of Object.entries(compiled.contracts[source])) {
    const artifact = {
      abi,
      bytecode: `0x${evm.bytecode.object}`,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
    }
    const file = join(output, `${name}.json`)
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(artifact, null, 2))
    renameSync(`${file}.${process.pid}`, file)
  }
}
