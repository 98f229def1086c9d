using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

public sealed class NodeErrorsTests
{
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
