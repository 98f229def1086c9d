// A relay as it is often written: verify, simulate, send with a local nonce, answer. For comparison only; it forgets all when it ends.
import { createServer } from 'node:http';
import { createPublicClient, createWalletClient, http, verifyTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const { RPC, FORWARDER, KEY, CHAIN_ID } = process.env;
const chain = { id: Number(CHAIN_ID), name: 'local', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [RPC] } } };
const account = privateKeyToAccount(KEY);
const node = createPublicClient({ chain, transport: http(RPC) });
const wallet = createWalletClient({ chain, account, transport: http(RPC) });

const members = ['from:address', 'to:address', 'value:uint256', 'gas:uint256', 'nonce:uint256', 'data:bytes']
  .map((member) => ({ name: member.split(':')[0], type: member.split(':')[1] }));
const abi = [{
  type: 'function', name: 'execute', stateMutability: 'payable', outputs: [],
  inputs: [{ name: 'request', type: 'tuple', components: [...members, { name: 'signature', type: 'bytes' }] }],
}];
const domain = { name: 'InfinexERC2771Forwarder', version: '1', chainId: chain.id, verifyingContract: FORWARDER };

let nonce = await node.getTransactionCount({ address: account.address });

async function relay({ request, signature }) {
  const message = { ...request, value: BigInt(request.value), gas: BigInt(request.gas), nonce: BigInt(request.nonce) };
  if (!await verifyTypedData({ address: request.from, domain, types: { ForwardRequest: members }, primaryType: 'ForwardRequest', message, signature })) {
    throw new Error('the signature is not the sender\'s');
  }

  const call = { address: FORWARDER, abi, functionName: 'execute', args: [{ ...message, signature }], account };
  await node.simulateContract(call);
  return wallet.writeContract({ ...call, gas: 200_000n, maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1n, nonce: nonce++ });
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    const hash = await relay(JSON.parse(Buffer.concat(parts)));
    response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ transactionHash: hash }));
  } catch (failure) {
    response.writeHead(500).end(String(failure.message));
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
