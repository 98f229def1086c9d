using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>A mined transaction as its receipt has it.</summary>
internal sealed record MinedTransaction(Address From, bool Succeeded, long BlockNumber, long GasUsed, BigInteger Fee);

/// <summary>What the chain says, read from the node itself.</summary>
/// <param name="Mined">Receipts of all attempts that have one.</param>
/// <param name="Executed">How the requests of this relayer's users ended, by the forwarders' events.</param>
/// <param name="Counts">How often the target counted each user.</param>
/// <param name="Nonces">The signers' transaction counts.</param>
/// <param name="Spent">
/// What the signers (and the council's wallet) have less than at the beginning, beside what successful transactions sent along and brought and what others paid to
/// them, in wei.
/// </param>
internal sealed record ChainTruth(
    IReadOnlyDictionary<Hash32, MinedTransaction> Mined,
    ILookup<(Address Forwarder, Address From, UInt256 Nonce), bool> Executed,
    IReadOnlyDictionary<Address, long> Counts,
    IReadOnlyDictionary<Address, long> Nonces,
    IReadOnlyDictionary<Address, BigInteger> Spent)
{
    private static readonly string CountsSelector = Hex.Encode(Keccak256.Hash(Encoding.ASCII.GetBytes("counts(address)")).Span[..4]);

    public static async Task<ChainTruth> ReadAsync(RelayerUnderTest relayer, Ledger ledger, IReadOnlyCollection<Address> users, CancellationToken cancellation)
    {
        var chain = relayer.Stack.Chain;
        Hash32[] hashes = [.. ledger.Transactions.SelectMany(transaction => transaction.Attempts).Select(attempt => attempt.Hash)];
        var receipts = await chain.AskAsync("eth_getTransactionReceipt", hashes.Select(hash => new object?[] { hash.ToString() }), cancellation);
        var counts = await chain.AskAsync(
            "eth_call",
            users.Select(user => new object?[]
            {
                new { to = relayer.Target.ToString(), data = CountsSelector + Convert.ToHexStringLower(user.Span).PadLeft(64, '0') }, "latest",
            }),
            cancellation);
        Address[] signers = [.. relayer.Signers.Select(signer => signer.Address), .. relayer.Council is { } council ? [council.Address] : Array.Empty<Address>()];
        var nonces = await chain.AskAsync("eth_getTransactionCount", signers.Select(signer => new object?[] { signer.ToString(), "latest" }), cancellation);
        var balances = await chain.AskAsync("eth_getBalance", signers.Select(signer => new object?[] { signer.ToString(), "latest" }), cancellation);
        var mined = hashes.Zip(receipts).Where(pair => pair.Second.ValueKind == JsonValueKind.Object)
            .ToDictionary(pair => pair.First, pair => Read(pair.Second));
        TransactionEntry[] moved =
        [
            .. ledger.Transactions.Where(transaction =>
                transaction.Attempts.Any(attempt => !attempt.IsNoop && mined.GetValueOrDefault(attempt.Hash) is { Succeeded: true })),
        ];
        var sent = moved.ToLookup(transaction => transaction.Signer, transaction => transaction.Value);
        var received = moved.ToLookup(transaction => transaction.To, transaction => transaction.Value);
        return new ChainTruth(
            mined,
            await ReadExecutedAsync(relayer, users.ToHashSet(), cancellation),
            users.Zip(counts, (user, count) => (user, (long)JsonRpc.ToInteger(count))).ToDictionary(),
            signers.Zip(nonces, (signer, nonce) => (signer, (long)JsonRpc.ToInteger(nonce))).ToDictionary(),
            signers.Zip(balances, (signer, balance) => (
                signer, SharedStack.SignerFunds + relayer.Paid.GetValueOrDefault(signer) - JsonRpc.ToInteger(balance) - Sum(sent[signer]) + Sum(received[signer]))).ToDictionary());
    }

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, BigInteger.Add);

    private static MinedTransaction Read(JsonElement receipt)
    {
        var gas = Number("gasUsed");
        return new MinedTransaction(
            Address.Parse(receipt.GetProperty("from").GetString()!), Number("status") == 1, (long)Number("blockNumber"), (long)gas,
            gas * Number("effectiveGasPrice"));

        BigInteger Number(string member) => JsonRpc.ToInteger(receipt.GetProperty(member));
    }

    /// <summary>How some users' requests ended, by the forwarders' events; more than one where one ran more than once.</summary>
    public static async Task<ILookup<(Address Forwarder, Address From, UInt256 Nonce), bool>> ReadExecutedAsync(
        RelayerUnderTest relayer, HashSet<Address> users, CancellationToken cancellation)
    {
        var filter = new
        {
            fromBlock = "0x" + relayer.FirstBlock.ToString("x", CultureInfo.InvariantCulture),
            toBlock = "latest",
            address = new[] { relayer.OpenZeppelin.Address.ToString(), relayer.Infinex.Address.ToString() },
            topics = new[] { ExecutedRequest.Topic.ToString() },
        };
        var logs = await relayer.Stack.Chain.AskOneAsync("eth_getLogs", cancellation, filter);
        return logs.EnumerateArray()
            .Select(log => (Forwarder: Address.Parse(log.GetProperty("address").GetString()!), Request: Decode(log)))
            .Where(executed => users.Contains(executed.Request.Signer))
            .ToLookup(executed => (executed.Forwarder, executed.Request.Signer, executed.Request.Nonce), executed => executed.Request.Success);
    }

    private static ExecutedRequest Decode(JsonElement log)
    {
        Hash32[] topics = [.. log.GetProperty("topics").EnumerateArray().Select(topic => Hash32.Parse(topic.GetString()!))];
        var entry = new LogEntry(Address.Parse(log.GetProperty("address").GetString()!), topics, Hex.Decode(log.GetProperty("data").GetString()!));
        return ExecutedRequest.TryDecode(entry, out var request)
            ? request
            : throw new InvalidOperationException($"an event of a forwarder that is none: {log.GetRawText()}");
    }
}
