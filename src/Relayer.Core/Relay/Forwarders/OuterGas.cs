using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>The gas limit of a transaction to a forwarder: computed from what was signed, never estimated.</summary>
/// <remarks>
/// <para>Why it is enough even if every inner call burns all it was given. EIP-150 forwards at most X - floor(X / 64) of the X gas left
/// at the call, so a request's gas g arrives whole when X is at least ceil(64 g / 63). That much is granted to each request on top
/// of its overhead. A call that burns g then leaves ceil(g / 63) and the overhead still unspent, which passes the forwarder's check
/// (made after the call) for at least floor(g / 63) and pays for the event. No request spends more than its own grant,
/// so each later one of a batch still finds its own.</para>
/// <para>What is not used is not paid. Where a chain charges its data fee in gas (Arbitrum), the engine puts what that is on top.</para>
/// </remarks>
public static class OuterGas
{
    /// <summary>The limit for <c>execute</c> of one request, or for <c>executeBatch</c> of several.</summary>
    /// <param name="forwarder">The forwarder that is called.</param>
    /// <param name="requests">What it carries out.</param>
    /// <param name="calldata">The whole calldata.</param>
    /// <returns>Gas; 2^64 - 1, which no block holds, when the sum is larger.</returns>
    public static ulong For(Forwarder forwarder, IReadOnlyList<ForwardRequest> requests, ReadOnlySpan<byte> calldata)
    {
        UInt128 execution = forwarder.Overhead.PerTransaction;
        var words = 0UL;
        var hasValue = false;
        foreach (var request in requests)
        {
            execution += Grant(forwarder.Overhead, request);
            words += MemoryWords(request);
            hasValue |= !request.Value.IsZero;
        }

        // The last transfer is the refund of a batch.
        return Limit(calldata, execution + MemoryGrowth(words) + (hasValue ? ValueTransfer : 0));
    }

    /// <summary>What a transaction pays before any code runs: 21,000, and 4 gas for each zero byte and 16 for each other.</summary>
    /// <remarks>EIP-2028. No access list, no contract creation.</remarks>
    public static ulong Intrinsic(ReadOnlySpan<byte> calldata) => TransactionGas + (4 * Tokens(calldata));

    /// <summary>What a transaction pays at least, whatever its code does: 21,000 and 10 gas for each token of calldata.</summary>
    /// <remarks>EIP-7623: a zero byte is one token, any other four. Below this limit a node refuses the transaction.</remarks>
    public static ulong Floor(ReadOnlySpan<byte> calldata) => TransactionGas + (10 * Tokens(calldata));

    private const ulong TransactionGas = 21_000;

    // CALL with value 9,000, into a new account 25,000, cold 2,600 (EIP-2929); the stipend is part of the 9,000.
    private const ulong ValueTransfer = 9_000 + 25_000 + 2_600;

    private static UInt128 Grant(ForwarderOverhead overhead, ForwardRequest request) =>
        (((UInt128)request.Gas * 64) + 62) / 63
        + overhead.PerRequest
        + (overhead.PerDataWord * Words(request))
        + (request.Value.IsZero ? 0 : ValueTransfer);

    // Memory costs 3 gas a word and w^2 / 512 beside. A forwarder keeps the data it passes on and some dozen words;
    // Solidity frees nothing, so a batch adds up. A quarter of the data more is the margin.
    private static UInt128 MemoryGrowth(UInt128 words) => (3 * words) + (words * words / 512);

    private static ulong MemoryWords(ForwardRequest request) => (Words(request) * 5 / 4) + 32;

    private static ulong Words(ForwardRequest request) => (ulong)AbiWriter.Padded(request.Data.Length) / AbiWriter.Word;

    private static ulong Tokens(ReadOnlySpan<byte> calldata)
    {
        var zeros = calldata.Count((byte)0);
        return (ulong)(zeros + (4L * (calldata.Length - zeros)));
    }

    private static ulong Limit(ReadOnlySpan<byte> calldata, UInt128 execution) =>
        (ulong)UInt128.Min(ulong.MaxValue, UInt128.Max(Intrinsic(calldata) + execution, Floor(calldata)));
}
