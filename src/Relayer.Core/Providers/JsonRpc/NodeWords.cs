namespace Relayer.Core.Providers.JsonRpc;

/// <summary>What nodes say, and what it means.</summary>
/// <remarks>
/// Sources: go-ethereum core/error.go, core/txpool/errors.go, core/vm/errors.go; erigon txnprovider/txpool/txpoolcfg;
/// Nethermind TxPool/AcceptTxResult and TxErrorMessages (its older names, such as OldNonce, are still met);
/// Besu RpcErrorType; anvil crates/anvil/src/eth/error.rs; Arbitrum nitro and OpenEthereum as their users report them.
/// </remarks>
internal static class NodeWords
{
    /// <summary>Longer, more particular words stand before the shorter ones they contain.</summary>
    public static readonly (string Words, NodeErrorKind Kind)[] Table =
    [
        // Known already: success for whoever sends it.
        ("already known", NodeErrorKind.AlreadyKnown),                       // geth, erigon, nethermind, reth
        ("known transaction", NodeErrorKind.AlreadyKnown),                   // besu, older geth, zkSync
        ("already imported", NodeErrorKind.AlreadyKnown),                    // anvil, openethereum
        ("AlreadyKnown", NodeErrorKind.AlreadyKnown),                        // nethermind before 1.32
        ("existing tx with same hash", NodeErrorKind.AlreadyKnown),          // erigon
        ("existing txn with same hash", NodeErrorKind.AlreadyKnown),         // erigon 3
        ("Pool(AlreadyImported)", NodeErrorKind.AlreadyKnown),               // substrate

        // Nonces. An EIP-7702 authority's nonce is not the sender's.
        ("authority nonce", NodeErrorKind.Unknown),                          // geth
        ("nonce too low", NodeErrorKind.NonceTooLow),                        // geth, erigon, besu, anvil, arbitrum
        ("nonce is too low", NodeErrorKind.NonceTooLow),                     // openethereum
        ("OldNonce", NodeErrorKind.NonceTooLow),                             // nethermind before 1.32
        ("invalid transaction nonce", NodeErrorKind.NonceTooLow),            // arbitrum classic
        ("Pool(Stale)", NodeErrorKind.NonceTooLow),                          // substrate
        ("nonce too high", NodeErrorKind.NonceTooHigh),                      // geth (blob pool, calls), anvil, besu, nethermind
        ("nonce too far in future", NodeErrorKind.NonceTooHigh),             // nethermind
        ("nonce is too distant", NodeErrorKind.NonceTooHigh),                // besu
        ("NonceGap", NodeErrorKind.NonceTooHigh),                            // nethermind before 1.32
        ("gapped-nonce", NodeErrorKind.NonceTooHigh),                        // geth, delegated accounts
        ("nonce has max value", NodeErrorKind.Malformed),                    // geth, anvil (EIP-2681)

        // Replacement, before the general "underpriced".
        ("replacement transaction underpriced", NodeErrorKind.ReplacementUnderpriced),   // geth, erigon, besu, anvil, nethermind
        ("could not replace existing", NodeErrorKind.ReplacementUnderpriced),            // erigon
        ("insufficient gas price to replace", NodeErrorKind.ReplacementUnderpriced),     // anvil, inner text
        ("ReplacementNotAllowed", NodeErrorKind.ReplacementUnderpriced),                 // nethermind before 1.32
        ("another transaction with same nonce", NodeErrorKind.ReplacementUnderpriced),   // openethereum
        ("future transaction tries to replace pending", NodeErrorKind.ReplacementUnderpriced), // geth
        ("OwnNonceAlreadyUsed", NodeErrorKind.ReplacementUnderpriced),                   // nethermind before 1.32

        // Fees above the node's own ceiling, before "fee too ...".
        ("exceeds the configured cap", NodeErrorKind.FeeAboveNodeCap),       // geth, erigon: tx fee (1.2 ether) exceeds ...
        ("fee cap exceeded", NodeErrorKind.FeeAboveNodeCap),                 // besu
        ("fee too high", NodeErrorKind.FeeAboveNodeCap),                     // optimism before bedrock

        // Fees too low at all.
        ("max priority fee per gas higher than max fee", NodeErrorKind.Malformed),       // geth, anvil
        ("priority fee per gas exceeds max fee", NodeErrorKind.Malformed),               // besu
        ("max fee per gas less than block base fee", NodeErrorKind.FeeTooLow),           // geth, anvil, arbitrum
        ("underpriced", NodeErrorKind.FeeTooLow),                                        // geth, erigon, nethermind
        ("fee too low", NodeErrorKind.FeeTooLow),                                        // erigon, optimism
        ("FeeTooLow", NodeErrorKind.FeeTooLow),                                          // nethermind before 1.32
        ("gas tip cap", NodeErrorKind.FeeTooLow),                                        // geth: ... minimum needed
        ("gas price too low", NodeErrorKind.FeeTooLow),                                  // arbitrum, metis
        ("gas price is too low", NodeErrorKind.FeeTooLow),                               // openethereum
        ("gas price below", NodeErrorKind.FeeTooLow),                                    // besu: configured minimum, current base fee
        ("less than gas price minimum", NodeErrorKind.FeeTooLow),                        // celo

        // Money.
        ("insufficient funds", NodeErrorKind.InsufficientFunds),             // geth, erigon, anvil, nethermind
        ("insufficient balance", NodeErrorKind.InsufficientFunds),           // geth (value transfer inside a call), openethereum
        ("InsufficientFunds", NodeErrorKind.InsufficientFunds),              // nethermind before 1.32
        ("upfront cost exceeds", NodeErrorKind.InsufficientFunds),           // besu
        ("not enough funds", NodeErrorKind.InsufficientFunds),               // arbitrum
        ("lack of funds", NodeErrorKind.InsufficientFunds),                  // revm, by way of reth and anvil
        ("exceeds account balance", NodeErrorKind.InsufficientFunds),        // besu

        // Gas.
        ("intrinsic gas too low", NodeErrorKind.IntrinsicGasTooLow),         // geth, anvil, nethermind
        ("IntrinsicGas", NodeErrorKind.IntrinsicGasTooLow),                  // erigon
        ("intrinsic gas exceeds", NodeErrorKind.IntrinsicGasTooLow),         // besu
        ("insufficient gas for floor data", NodeErrorKind.IntrinsicGasTooLow), // geth (EIP-7623)
        ("gas floor", NodeErrorKind.IntrinsicGasTooLow),                     // revm (EIP-7623)
        ("not enough gas to cover minimal cost", NodeErrorKind.IntrinsicGasTooLow), // openethereum
        ("intrinsic gas too high", NodeErrorKind.GasLimitTooHigh),           // anvil
        ("exceeds block gas limit", NodeErrorKind.GasLimitTooHigh),          // geth, besu
        ("gas limit too high", NodeErrorKind.GasLimitTooHigh),               // geth (EIP-7825)
        ("gas limit is too high", NodeErrorKind.GasLimitTooHigh),            // erigon
        ("greater than the block", NodeErrorKind.GasLimitTooHigh),           // anvil: Transaction gas limit is greater than the block ...
        ("gas limit reached", NodeErrorKind.GasLimitTooHigh),                // nethermind, geth
        ("GasLimitExceeded", NodeErrorKind.GasLimitTooHigh),                 // nethermind before 1.32
        ("GasLimitCapExceeded", NodeErrorKind.GasLimitTooHigh),              // nethermind (EIP-7825)
        ("exceeds current gas limit", NodeErrorKind.GasLimitTooHigh),        // openethereum
        ("out of gas", NodeErrorKind.OutOfGas),                              // geth, erigon, anvil
        ("OutOfGas", NodeErrorKind.OutOfGas),                                // anvil: EVM error OutOfGas; nethermind
        ("gas required exceeds allowance", NodeErrorKind.OutOfGas),          // geth, erigon

        // The pool.
        ("txpool is full", NodeErrorKind.PoolFull),                          // geth, bsc
        ("pool is full", NodeErrorKind.PoolFull),                            // erigon: pending sub-pool is full
        ("pool full", NodeErrorKind.PoolFull),                               // arbitrum sequencer
        ("queue full", NodeErrorKind.PoolFull),                              // arbitrum
        ("account limit exceeded", NodeErrorKind.PoolFull),                  // geth
        ("in-flight transaction limit", NodeErrorKind.PoolFull),             // geth, delegated accounts
        ("too many transactions in the queue", NodeErrorKind.PoolFull),      // openethereum

        // Not a transaction of this chain.
        ("invalid sender", NodeErrorKind.Malformed),                         // geth, erigon
        ("recover sender", NodeErrorKind.Malformed),                         // nethermind
        ("FailedToResolveSender", NodeErrorKind.Malformed),                  // nethermind before 1.32
        ("invalid signature", NodeErrorKind.Malformed),                      // besu, openethereum
        ("InvalidTx", NodeErrorKind.Malformed),                              // nethermind: InvalidTxSignature, -ChainId, -Type
        ("invalid transaction signature", NodeErrorKind.Malformed),          // reth
        ("invalid chain id", NodeErrorKind.Malformed),                       // geth, anvil
        ("chainid", NodeErrorKind.Malformed),                                // besu: Wrong chainId, ChainId not supported
        ("signed for another chain", NodeErrorKind.Malformed),               // anvil
        ("unknown transaction type", NodeErrorKind.Malformed),               // gateways
        ("transaction type not supported", NodeErrorKind.Malformed),         // geth
        ("invalid transaction type", NodeErrorKind.Malformed),               // besu
        ("only replay-protected", NodeErrorKind.Malformed),                  // geth
        ("sender not an eoa", NodeErrorKind.Malformed),                      // geth, anvil, nethermind
        ("SenderIsContract", NodeErrorKind.Malformed),                       // nethermind before 1.32
        ("negative value", NodeErrorKind.Malformed),                         // geth, erigon
        ("oversized data", NodeErrorKind.Malformed),                         // geth, erigon
        ("initcode", NodeErrorKind.Malformed),                               // geth, erigon, anvil (EIP-3860)
        ("gas uint64 overflow", NodeErrorKind.Malformed),                    // geth, anvil
        ("rlp: ", NodeErrorKind.Malformed),                                  // geth
        ("RLPTooLong", NodeErrorKind.Malformed),                             // erigon
        ("invalid RLP", NodeErrorKind.Malformed),                            // openethereum
        ("decode transaction", NodeErrorKind.Malformed),                     // anvil
        ("decode signed transaction", NodeErrorKind.Malformed),              // reth
        ("typed transaction too short", NodeErrorKind.Malformed),            // geth
        ("transaction invalid", NodeErrorKind.Malformed),                    // nethermind

        // Halts other than a revert: the contract's doing, without data.
        ("invalid opcode", NodeErrorKind.Reverted),                          // geth, erigon
        ("InvalidFEOpcode", NodeErrorKind.Reverted),                         // anvil: EVM error InvalidFEOpcode
        ("EVM error", NodeErrorKind.Reverted),                               // anvil: other halts
        ("invalid jump destination", NodeErrorKind.Reverted),                // geth, erigon
        ("stack underflow", NodeErrorKind.Reverted),                         // geth, erigon
        ("stack limit reached", NodeErrorKind.Reverted),                     // geth, erigon
        ("write protection", NodeErrorKind.Reverted),                        // geth, erigon
        ("BadInstruction", NodeErrorKind.Reverted),                          // nethermind, openethereum
        ("StackUnderflow", NodeErrorKind.Reverted),                          // nethermind
        ("execution halted", NodeErrorKind.Reverted),                        // besu

        // The node has not the block yet, whatever else the words are about.
        ("beyond current head", NodeErrorKind.Unsupported),                  // geth, reth: block range extends beyond ...
        ("BlockOutOfRange", NodeErrorKind.Unsupported),                      // anvil
        ("block height is", NodeErrorKind.Unsupported),                      // anvil: ... 3 but requested was 9
        ("not yet imported", NodeErrorKind.Unsupported),                     // gateways

        // Less at once, please: logs of too many blocks, or too many logs. Each gateway has words of its own.
        ("query returned more than", NodeErrorKind.TooManyResults),          // infura, erigon, zkSync, thirdweb: ... 10000 results
        ("query exceeds max", NodeErrorKind.TooManyResults),                 // reth, drpc, blast: ... results 20000; block range 100000
        ("exceeds max results", NodeErrorKind.TooManyResults),               // reth behind gateways
        ("too many logs", NodeErrorKind.TooManyResults),                     // nethermind
        ("too many results", NodeErrorKind.TooManyResults),                  // gateways
        ("logs matched by query exceeds limit", NodeErrorKind.TooManyResults), // arbitrum
        ("response size", NodeErrorKind.TooManyResults),                     // alchemy: Log response size exceeded; is larger than 150MB
        ("response too large", NodeErrorKind.TooManyResults),                // optimism's proxyd: backend response too large
        ("response is too big", NodeErrorKind.TooManyResults),               // besu and nethermind behind gateways
        ("response exceed size limit", NodeErrorKind.TooManyResults),        // gateways
        ("result set too large", NodeErrorKind.TooManyResults),              // gateways
        ("query timeout", NodeErrorKind.TooManyResults),                     // alchemy: Query timeout exceeded. Consider reducing ...
        ("query timed out", NodeErrorKind.TooManyResults),                   // pokt, tatum
        ("block range", NodeErrorKind.TooManyResults),                       // ankr, base, bsc, polygon, chainstack, proxyd, alchemy
        ("blocks range", NodeErrorKind.TooManyResults),                      // 1rpc: ... is limited to 0 - 10000 blocks range
        ("range is too", NodeErrorKind.TooManyResults),                      // gateways: ... large, wide
        ("range too", NodeErrorKind.TooManyResults),                         // cloudflare: 'fromBlock'-'toBlock' range too large
        ("eth_getLogs is limited", NodeErrorKind.TooManyResults),            // quicknode: ... to a 10,000 range
        ("eth_newFilter are limited", NodeErrorKind.TooManyResults),         // quicknode: eth_getLogs and ...
        ("maximum RPC range", NodeErrorKind.TooManyResults),                 // besu: Requested range exceeds ... limit
        ("exceeds maximum range", NodeErrorKind.TooManyResults),             // besu
        ("max allowed range", NodeErrorKind.TooManyResults),                 // gateways
        ("requested too many blocks", NodeErrorKind.TooManyResults),         // avalanche
        ("number of requested blocks", NodeErrorKind.TooManyResults),        // thirdweb
        ("blocks are not supported", NodeErrorKind.TooManyResults),          // drpc: ranges over 10000 blocks ...
        ("less than 10,000 blocks", NodeErrorKind.TooManyResults),           // gateways
        ("query must be smaller than", NodeErrorKind.TooManyResults),        // harmony: GetLogs query ... size 1024

        // Fewer requests, please.
        ("rate limit", NodeErrorKind.RateLimited),                           // gateways
        ("too many requests", NodeErrorKind.RateLimited),                    // gateways
        ("request limit", NodeErrorKind.RateLimited),                        // gateways
        ("compute units", NodeErrorKind.RateLimited),                        // gateways
        ("daily request count exceeded", NodeErrorKind.RateLimited),         // gateways
        ("limit exceeded", NodeErrorKind.RateLimited),                       // EIP-1474 -32005

        // The node lacks it.
        ("missing trie node", NodeErrorKind.Unsupported),                    // geth, pruned
        ("header not found", NodeErrorKind.Unsupported),                     // geth, behind a balancer
        ("block not found", NodeErrorKind.Unsupported),                      // besu, reth
        ("unknown block", NodeErrorKind.Unsupported),                        // geth, besu
        ("world state unavailable", NodeErrorKind.Unsupported),              // besu
        ("state is not available", NodeErrorKind.Unsupported),               // geth
        ("historical state", NodeErrorKind.Unsupported),                     // geth, path scheme
        ("pruned", NodeErrorKind.Unsupported),                               // nethermind, reth
        ("syncing", NodeErrorKind.Unsupported),                              // nethermind
        ("sync is still in progress", NodeErrorKind.Unsupported),            // besu
        ("indexing is in progress", NodeErrorKind.Unsupported),              // geth, receipts
        ("pool not enabled", NodeErrorKind.Unsupported),                     // besu
        ("not implemented", NodeErrorKind.Unsupported),                      // anvil
        ("does not exist", NodeErrorKind.Unsupported),                       // geth: the method ... does not exist/is not available
        ("method not", NodeErrorKind.Unsupported),                           // anvil, besu, nethermind: Method not found
    ];
}
