using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Tests.Providers;

public sealed class NodeErrorsTests
{
    [Theory]
    [InlineData("transaction underpriced: tip needed 1000000000, tip permitted 1", "1000000000")] // geth before 1.12, bor
    [InlineData("transaction underpriced: gas tip cap 1, minimum needed 25000000000", "25000000000")] // geth
    [InlineData("Transaction gas price is too low. It does not satisfy your node's minimal gas price (minimal: 1000000000, got: 1). Try increasing the gas price.", "1000000000")] // openethereum
    [InlineData("transaction underpriced", null)]
    [InlineData("transaction underpriced: tip needed 0, tip permitted 0", null)]
    [InlineData("intrinsic gas too low: gas 20000, minimum needed 21000", null)] // Not of fees.
    [InlineData("execution reverted: transaction underpriced: tip needed 1000000000, tip permitted 1", null)] // A contract's words.
    [InlineData("transaction underpriced: tip needed 99999999999999999999999999999999999999999999999999999999999999999999999999999999999, tip permitted 1", null)]
    public void What_a_node_says_it_wants_is_read(string message, string? tip) => Assert.Equal(
        tip is null ? null : new NodeFigures(LeastTip: Wei.Parse(tip)), NodeErrors.Read(-32000, message, hasRevertData: false).Figures);

    [Theory]
    [InlineData("max fee per gas less than block base fee: address 0x01, maxFeePerGas: 1, baseFee: 7", "7")] // geth, nitro
    [InlineData("max fee per gas less than block base fee: address 0x01, maxFeePerGas: 1, baseFee: 0", null)]
    [InlineData("max fee per gas less than block base fee", null)]
    [InlineData("nonce too low: baseFee: 7", null)] // Not of fees.
    public void The_base_fee_that_a_node_names_is_read(string message, string? baseFee) => Assert.Equal(
        baseFee is null ? null : new NodeFigures(BaseFee: Wei.Parse(baseFee)), NodeErrors.Read(-32000, message, hasRevertData: false).Figures);

    [Theory]
    [InlineData("eth_getLogs is limited to a 10,000 range", 10_000L, null)] // quicknode
    [InlineData("eth_getLogs and eth_newFilter are limited to a 10,000 blocks range", 10_000L, null)] // quicknode
    [InlineData("eth_getLogs is limited to 0 - 10000 blocks range", 10_000L, null)] // 1rpc
    [InlineData("You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x1a30dfd, 0x1a30ff0]", 500L, 500L)] // alchemy
    [InlineData("Log response size exceeded. This block range should work: [0x10, 0x1f]", null, 16L)] // alchemy
    [InlineData("query exceeds max results 20000, retry with the range 24383075-24383096", null, 22L)] // reth
    [InlineData("exceed maximum block range: 50000", 50_000L, null)] // bsc
    [InlineData("block range is limited to 10,000", 10_000L, null)] // base
    [InlineData("Maximum allowed number of requested blocks is 1000", 1_000L, null)] // thirdweb
    [InlineData("requested too many blocks from 1 to 5000, maximum is set to 2048", 2_048L, null)] // avalanche
    [InlineData("block range too large, max is 1k blocks", 1_000L, null)] // gateways
    [InlineData("ranges over 10000 blocks are not supported on freetier", 10_000L, null)] // drpc
    [InlineData("GetLogs query must be smaller than size 1024", 1_024L, null)] // harmony
    [InlineData("range 1000000 exceeds limit of 10000", 10_000L, null)] // infura
    [InlineData("block range is larger than max block range, block range = 5120, max block range = 5000", 5_000L, null)] // morph
    [InlineData("maximin block range 5000", 5_000L, null)] // heco
    [InlineData("query returned more than 10000 results", null, null)] // Results are no blocks.
    [InlineData("block range is bigger than maxBlockRange", null, null)] // scroll
    [InlineData("block range too large, max is 0 blocks", null, null)]
    [InlineData("retry with the range 9-3: too many results", null, null)]
    [InlineData("block range: max is 99999999999999999999 blocks", null, null)]
    public void How_many_blocks_a_node_tells_the_logs_of_is_read(string message, long? most, long? retry)
    {
        var error = NodeErrors.OfLogs(NodeErrors.Read(-32602, message, hasRevertData: false));

        Assert.Equal(NodeErrorKind.TooManyResults, error.Kind);
        Assert.Equal(most is null && retry is null ? null : new NodeFigures(MostBlocks: most, RetryBlocks: retry), error.Figures);
    }

    [Theory]
    [InlineData(-32601, "Method not found", true)]
    [InlineData(-32000, "the method debug_traceBlockByHash does not exist/is not available", true)] // geth
    [InlineData(-32000, "debug_traceBlockByHash is not available on the Free tier - upgrade to Pay As You Go", true)] // alchemy
    [InlineData(-32000, "upgrade your plan", true)]
    [InlineData(-32000, "required historical state is not available (reexec=128)", false)] // geth: of this block
    [InlineData(-32000, "block 0x10 does not exist", false)]
    [InlineData(-32000, "planned maintenance: the state is not available", false)]
    public void A_refusal_of_the_method_is_told_from_one_of_the_block(int code, string message, bool isOfMethod) =>
        Assert.Equal(isOfMethod, NodeErrors.IsOfMethod(NodeErrors.Read(code, message, hasRevertData: false), "debug_traceBlockByHash"));

    [Theory]
    [InlineData("rate limit exceeded, try again in 30 s", 30.0)]
    [InlineData("Too many requests, retry after 2 seconds", 2.0)]
    [InlineData("rate limit: Try again in 1m0s", 60.0)]
    [InlineData("rate limit: Try again in 2 minutes.", 120.0)]
    [InlineData("rate limit: retry in 500ms", 0.5)]
    [InlineData("rate limit: try again in 7", 7.0)]
    [InlineData("rate limit exceeded", null)]
    [InlineData("try again in 999999 hours: rate limit", null)]
    public void How_long_a_gateway_asks_to_be_left_alone_is_read(string message, double? seconds) => Assert.Equal(
        seconds is { } wait ? new NodeFigures(RetryAfter: TimeSpan.FromSeconds(wait)) : null, NodeErrors.Read(-32005, message, hasRevertData: false).Figures);

    [Theory]
    [InlineData("unknown transaction type", NodeErrorKind.Malformed)]
    [InlineData("unknown transaction", NodeErrorKind.Unknown)]
    [InlineData("known transactions are limited", NodeErrorKind.Unknown)]
    [InlineData("Known transaction", NodeErrorKind.AlreadyKnown)]
    [InlineData("known transaction: 0xab", NodeErrorKind.AlreadyKnown)]
    [InlineData("EvmErrorOutOfGas", NodeErrorKind.OutOfGas)]
    [InlineData("notunderpriced", NodeErrorKind.Unknown)]
    public void Words_are_matched_whole(string message, NodeErrorKind kind) =>
        Assert.Equal(kind, NodeErrors.Read(-32000, message, hasRevertData: false).Kind);

    [Theory]
    [InlineData("geth", -32000, "already known", NodeErrorKind.AlreadyKnown)]
    [InlineData("erigon", -32000, "existing txn with same hash", NodeErrorKind.AlreadyKnown)]
    [InlineData("erigon gateway", -32000, "INTERNAL_ERROR: existing tx with same hash", NodeErrorKind.AlreadyKnown)]
    [InlineData("nethermind old", -32010, "AlreadyKnown", NodeErrorKind.AlreadyKnown)]
    [InlineData("besu", -32000, "Known transaction", NodeErrorKind.AlreadyKnown)]
    [InlineData("anvil", -32003, "transaction already imported", NodeErrorKind.AlreadyKnown)]
    [InlineData("openethereum", -32010, "Transaction with the same hash was already imported.", NodeErrorKind.AlreadyKnown)]
    [InlineData("zksync", 3000, "known transaction. transaction with hash 0xab is already in the system", NodeErrorKind.AlreadyKnown)]
    [InlineData("geth", -32000, "nonce too low: next nonce 5, tx nonce 4", NodeErrorKind.NonceTooLow)]
    [InlineData("gateway", -32603, "nonce too low", NodeErrorKind.NonceTooLow)]
    [InlineData("gateway", -32603, "Internal error: nonce too low", NodeErrorKind.NonceTooLow)]
    [InlineData("anvil", -32003, "nonce too low", NodeErrorKind.NonceTooLow)]
    [InlineData("besu", -32001, "Nonce too low", NodeErrorKind.NonceTooLow)]
    [InlineData("nethermind old", -32010, "OldNonce, Current nonce: 5, nonce of rejected tx: 4", NodeErrorKind.NonceTooLow)]
    [InlineData("openethereum", -32010, "Transaction nonce is too low. Try incrementing the nonce.", NodeErrorKind.NonceTooLow)]
    [InlineData("geth 7702", -32000, "authority nonce too low", NodeErrorKind.Unknown)]
    [InlineData("geth call", -32000, "err: nonce too high: address 0x1, tx: 9 state: 5 (supplied gas 21000)", NodeErrorKind.NonceTooHigh)]
    [InlineData("besu", -32006, "Nonce too high", NodeErrorKind.NonceTooHigh)]
    [InlineData("besu", -32000, "Transaction nonce is too distant from current sender nonce", NodeErrorKind.NonceTooHigh)]
    [InlineData("nethermind", -32000, "nonce too far in future", NodeErrorKind.NonceTooHigh)]
    [InlineData("nethermind old", -32010, "NonceGap, Future nonce. Expected nonce: 5", NodeErrorKind.NonceTooHigh)]
    [InlineData("geth", -32000, "replacement transaction underpriced", NodeErrorKind.ReplacementUnderpriced)]
    [InlineData("besu", -32000, "Replacement transaction underpriced", NodeErrorKind.ReplacementUnderpriced)]
    [InlineData("erigon", -32000, "could not replace existing tx", NodeErrorKind.ReplacementUnderpriced)]
    [InlineData("nethermind old", -32010, "ReplacementNotAllowed", NodeErrorKind.ReplacementUnderpriced)]
    [InlineData(
        "openethereum",
        -32010,
        "Transaction gas price 1wei is too low. There is another transaction with same nonce in the queue",
        NodeErrorKind.ReplacementUnderpriced)]
    [InlineData("geth", -32000, "transaction underpriced: gas tip cap 0, minimum needed 1", NodeErrorKind.FeeTooLow)]
    [InlineData("erigon", -32000, "underpriced", NodeErrorKind.FeeTooLow)]
    [InlineData("erigon", -32000, "fee too low", NodeErrorKind.FeeTooLow)]
    [InlineData("nethermind old", -32010, "FeeTooLowToCompete", NodeErrorKind.FeeTooLow)]
    [InlineData("besu", -32009, "Gas price below configured minimum gas price", NodeErrorKind.FeeTooLow)]
    [InlineData("besu", -32009, "Gas price below current base fee", NodeErrorKind.FeeTooLow)]
    [InlineData("anvil", -32003, "max fee per gas less than block base fee", NodeErrorKind.FeeTooLow)]
    [InlineData("geth", -32000, "tx fee (1.50 ether) exceeds the configured cap (1.00 ether)", NodeErrorKind.FeeAboveNodeCap)]
    [InlineData("besu", -32000, "Transaction fee cap exceeded", NodeErrorKind.FeeAboveNodeCap)]
    [InlineData(
        "geth",
        -32000,
        "insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000",
        NodeErrorKind.InsufficientFunds)]
    [InlineData("anvil", -32003, "Insufficient funds for gas * price + value", NodeErrorKind.InsufficientFunds)]
    [InlineData("nethermind old", -32010, "InsufficientFunds, Account balance: 1, cumulative cost: 2", NodeErrorKind.InsufficientFunds)]
    [InlineData("besu", -32004, "Upfront cost exceeds account balance", NodeErrorKind.InsufficientFunds)]
    [InlineData("arbitrum", -32000, "not enough funds for gas", NodeErrorKind.InsufficientFunds)]
    [InlineData("geth", -32000, "intrinsic gas too low: gas 20000, minimum needed 21000", NodeErrorKind.IntrinsicGasTooLow)]
    [InlineData("geth", -32000, "insufficient gas for floor data gas cost: gas 21000, minimum needed 22000", NodeErrorKind.IntrinsicGasTooLow)]
    [InlineData("erigon", -32000, "IntrinsicGas", NodeErrorKind.IntrinsicGasTooLow)]
    [InlineData("besu", -32003, "Intrinsic gas exceeds gas limit", NodeErrorKind.IntrinsicGasTooLow)]
    [InlineData("geth", -32000, "exceeds block gas limit", NodeErrorKind.GasLimitTooHigh)]
    [InlineData("geth", -32000, "transaction gas limit too high (cap: 16777216, tx: 16777217)", NodeErrorKind.GasLimitTooHigh)]
    [InlineData("erigon", -32000, "gas limit is too high", NodeErrorKind.GasLimitTooHigh)]
    [InlineData("besu", -32005, "Transaction gas limit exceeds block gas limit", NodeErrorKind.GasLimitTooHigh)]
    [InlineData("nethermind", -32000, "gas limit reached", NodeErrorKind.GasLimitTooHigh)]
    [InlineData("anvil", -32000, "intrinsic gas too high -- CallerGasLimitMoreThanBlock", NodeErrorKind.GasLimitTooHigh)]
    [InlineData("geth", -32000, "txpool is full", NodeErrorKind.PoolFull)]
    [InlineData("geth", -32000, "account limit exceeded: pooled 64 txs", NodeErrorKind.PoolFull)]
    [InlineData("erigon", -32000, "pending sub-pool is full", NodeErrorKind.PoolFull)]
    [InlineData("arbitrum", -32000, "sequencer pending tx pool full, please try again", NodeErrorKind.PoolFull)]
    [InlineData("geth", -32000, "out of gas", NodeErrorKind.OutOfGas)]
    [InlineData("geth", -32000, "gas required exceeds allowance (50000)", NodeErrorKind.OutOfGas)]
    [InlineData("anvil", -32603, "EVM error OutOfGas", NodeErrorKind.OutOfGas)]
    [InlineData("geth", -32000, "invalid sender: invalid chain id for signer: have 1 want 10", NodeErrorKind.Malformed)]
    [InlineData("geth", -32000, "rlp: value size exceeds available input length", NodeErrorKind.Malformed)]
    [InlineData("anvil", -32602, "Failed to decode transaction", NodeErrorKind.Malformed)]
    [InlineData("besu", -32000, "Wrong chainId", NodeErrorKind.Malformed)]
    [InlineData("nethermind", -32010, "InvalidTxChainId: Expected 1, got 10.", NodeErrorKind.Malformed)]
    [InlineData("gateway", 429, "Your app has exceeded its throughput", NodeErrorKind.RateLimited)]
    [InlineData("gateway", -32005, "daily request count exceeded, request rate limited", NodeErrorKind.RateLimited)]
    [InlineData("EIP-1474", -32005, "limit exceeded", NodeErrorKind.RateLimited)]
    [InlineData("geth", -32000, "missing trie node 0xab (path )", NodeErrorKind.Unsupported)]
    [InlineData("geth", -32000, "header not found", NodeErrorKind.Unsupported)]
    [InlineData("geth", -32601, "the method eth_feeHistory does not exist/is not available", NodeErrorKind.Unsupported)]
    [InlineData("besu", -32008, "Initial sync is still in progress", NodeErrorKind.Unsupported)]
    [InlineData("anvil", -32603, "EVM error InvalidFEOpcode", NodeErrorKind.Reverted)]
    [InlineData("geth", -32000, "invalid opcode: INVALID", NodeErrorKind.Reverted)]
    [InlineData("geth old", -32000, "execution reverted", NodeErrorKind.Reverted)]
    [InlineData("nethermind", -32015, "VM execution error.", NodeErrorKind.Unknown)]
    [InlineData("any", -32603, "Internal error", NodeErrorKind.Unknown)]
    [InlineData("any", -32602, "Invalid params", NodeErrorKind.Unknown)]
    [InlineData("any", -32000, "", NodeErrorKind.Unknown)]
    public void Each_clients_words_are_understood(string client, int code, string message, NodeErrorKind expected)
    {
        var error = NodeErrors.Read(code, message, hasRevertData: false);
        Assert.True(expected == error.Kind, $"{client} {code} '{message}' was read as {error.Kind}, not {expected}");
        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData("infura", -32005, "query returned more than 10000 results. Try with this block range [0x1, 0x2].")]
    [InlineData("erigon", -32000, "query returned more than 20000 results")]
    [InlineData("alchemy", -32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size")]
    [InlineData("alchemy free", -32600, "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range.")]
    [InlineData("alchemy", -32000, "Query timeout exceeded. Consider reducing your block range.")]
    [InlineData("alchemy", -32000, "Response size is larger than 150MB limit.")]
    [InlineData("quicknode", -32614, "eth_getLogs is limited to a 10,000 range")]
    [InlineData("quicknode", -32602, "eth_getLogs and eth_newFilter are limited to a 10,000 blocks range")]
    [InlineData("ankr", -32600, "block range is too wide")]
    [InlineData("ankr", -32000, "Block range is too large")]
    [InlineData("base", -32000, "block range too large")]
    [InlineData("bsc", -32000, "exceed maximum block range: 5000")]
    [InlineData("chainstack", -32000, "Block range limit exceeded. See more details at the docs")]
    [InlineData("cloudflare", -32047, "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800")]
    [InlineData("1rpc", -32000, "eth_getLogs is limited to 0 - 10000 blocks range")]
    [InlineData("drpc", 35, "ranges over 10000 blocks are not supported on freetier")]
    [InlineData("reth", -32602, "query exceeds max results 20000, retry with the range 22382105-22382515")]
    [InlineData("reth", -32602, "query exceeds max block range 100000")]
    [InlineData("besu", -32602, "Requested range exceeds maximum RPC range limit")]
    [InlineData("nethermind", -32005, "Too many logs requested. Max logs per response is 20000.")]
    [InlineData("arbitrum", -32000, "logs matched by query exceeds limit of 10000")]
    [InlineData("optimism", -32020, "backend response too large")]
    [InlineData("avalanche", -32000, "requested too many blocks from 1 to 9000, maximum is set to 2048")]
    [InlineData("thirdweb", -32000, "Maximum allowed number of requested blocks is 2000")]
    [InlineData("harmony", -32000, "GetLogs query must be smaller than size 1024")]
    public void Too_much_at_once_is_understood_whoever_says_it(string client, int code, string message)
    {
        var error = NodeErrors.OfLogs(NodeErrors.Read(code, message, hasRevertData: false));
        Assert.True(error.Kind == NodeErrorKind.TooManyResults, $"{client} {code} '{message}' was read as {error.Kind}");
    }

    [Theory]
    [InlineData(-32005, "limit exceeded", NodeErrorKind.TooManyResults)]
    [InlineData(-32005, "daily request count exceeded, request rate limited", NodeErrorKind.RateLimited)]
    [InlineData(429, "Your app has exceeded its compute units per second capacity", NodeErrorKind.RateLimited)]
    [InlineData(-32602, "block range extends beyond current head block", NodeErrorKind.Unsupported)]
    [InlineData(-32602, "BlockOutOfRangeError: block height is 3 but requested was 9", NodeErrorKind.Unsupported)]
    [InlineData(-32000, "header not found", NodeErrorKind.Unsupported)]
    public void Only_what_less_would_mend_is_too_much_for_a_search_of_logs(int code, string message, NodeErrorKind expected) =>
        Assert.Equal(expected, NodeErrors.OfLogs(NodeErrors.Read(code, message, hasRevertData: false)).Kind);

    [Theory]
    [InlineData(3, "execution reverted: nonce too low", false)]
    [InlineData(-32000, "execution reverted: nonce too low", false)]
    [InlineData(-32603, "VM Exception while processing transaction: reverted with reason string 'already known'", false)]
    [InlineData(3, "insufficient funds", false)]
    [InlineData(-32015, "VM execution error: insufficient funds", true)]
    public void What_a_contract_says_is_never_taken_for_the_nodes_words(int code, string message, bool hasData) =>
        Assert.Equal(NodeErrorKind.Reverted, NodeErrors.Read(code, message, hasData).Kind);

    [Fact]
    public void A_nodes_words_are_kept_short_and_on_one_line()
    {
        var error = NodeErrors.Read(-32000, "first\r\nsecond\u001b[31m" + new string('x', 100_000), hasRevertData: false);
        Assert.Equal(300, error.Message.Length);
        Assert.StartsWith("first  second [31m", error.Message, StringComparison.Ordinal);
    }
}
