using System.Diagnostics.CodeAnalysis;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Ethereum.Eip712;
using Relayer.Core.Providers;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>One EIP-2771 forwarder on one chain: what users sign for it and what is sent to it. Pure; it calls nothing.</summary>
/// <remarks>Safe for concurrent use. The dialects differ in the signed struct, in the calldata and in how nonces work.</remarks>
public abstract class Forwarder
{
    private readonly Hash32 _separator;

    private protected Forwarder(ChainId chainId, Address address, string name, string version)
    {
        ChainId = chainId;
        Address = address;
        Domain = new Eip712Domain(name, version, (ulong)chainId.Value, address);
        _separator = Domain.Separator();
    }

    /// <summary>The chain.</summary>
    public ChainId ChainId { get; }

    /// <summary>The contract.</summary>
    public Address Address { get; }

    /// <summary>The EIP-712 domain that users sign under.</summary>
    public Eip712Domain Domain { get; }

    /// <summary>The domain's hash, computed once.</summary>
    public Hash32 DomainSeparator => _separator;

    /// <summary>The name of the signed struct, in both dialects.</summary>
    public static string PrimaryType => "ForwardRequest";

    /// <summary>The dialect's name in configuration and in the HTTP contract.</summary>
    public abstract string Dialect { get; }

    /// <summary>True when nonces count up by one for each user; false when any unused number will do.</summary>
    public abstract bool HasSequentialNonces { get; }

    /// <summary>True when the contract itself refuses a request after its deadline.</summary>
    public abstract bool HasDeadline { get; }

    /// <summary>The signed struct's members in order, for a wallet that builds the message.</summary>
    public abstract IReadOnlyList<Eip712Field> Fields { get; }

    /// <summary>The gas this dialect uses around the inner calls.</summary>
    public abstract ForwarderOverhead Overhead { get; }

    private protected abstract Hash32 TypeHash { get; }

    private protected abstract Selectors Calls { get; }

    /// <summary>The forwarder of a configured dialect.</summary>
    /// <param name="dialect"><c>OpenZeppelin</c> or <c>Infinex</c>, in any case.</param>
    /// <param name="chainId">The chain; positive.</param>
    /// <param name="address">The contract.</param>
    /// <param name="name">The EIP-712 domain's name.</param>
    /// <param name="version">The EIP-712 domain's version.</param>
    /// <param name="forwarder">The forwarder, when the dialect is known.</param>
    public static bool TryCreate(
        string dialect, ChainId chainId, Address address, string name, string version,
        [NotNullWhen(true)] out Forwarder? forwarder)
    {
        forwarder = dialect switch
        {
            _ when dialect.Equals(OpenZeppelinForwarder.Name, StringComparison.OrdinalIgnoreCase) =>
                new OpenZeppelinForwarder(chainId, address, name, version),
            _ when dialect.Equals(InfinexForwarder.Name, StringComparison.OrdinalIgnoreCase) =>
                new InfinexForwarder(chainId, address, name, version),
            _ => null,
        };
        return forwarder is not null;
    }

    /// <summary>True when the request has this dialect's shape: a deadline below 2^48 where there is one, none where not.</summary>
    public bool HasShapeOf(ForwardRequest request) =>
        HasDeadline ? request.Deadline is <= MaxDeadline : request.Deadline is null;

    /// <summary>The EIP-712 digest that the user signs, and the relay's id.</summary>
    /// <exception cref="ArgumentException"><see cref="HasShapeOf"/> is false.</exception>
    public Hash32 Digest(ForwardRequest request)
    {
        RequireShape(request);
        Span<byte> words = stackalloc byte[8 * AbiWriter.Word];
        var writer = new AbiWriter(words);
        writer.Write(TypeHash);
        writer.Write(request.From);
        writer.Write(request.To);
        writer.Write(request.Value.Value);
        writer.Write(request.Gas);
        writer.Write(request.Nonce);
        if (request.Deadline is { } deadline)
        {
            writer.Write(deadline);
        }

        writer.Write(Keccak256.Hash(request.Data.Span));
        return Eip712Domain.Digest(_separator, Keccak256.Hash(words[..writer.Position]));
    }

    /// <summary>Calldata of <c>execute</c>: reverts as a whole when the request is invalid or its call fails.</summary>
    /// <exception cref="ArgumentException"><see cref="HasShapeOf"/> is false.</exception>
    public byte[] EncodeExecute(ForwardRequest request, Signature signature) =>
        EncodeSingle(Calls.Execute, request, signature);

    /// <summary>Calldata of <c>verify</c>, which answers a bool.</summary>
    /// <exception cref="ArgumentException"><see cref="HasShapeOf"/> is false.</exception>
    public byte[] EncodeVerify(ForwardRequest request, Signature signature) =>
        EncodeSingle(Calls.Verify, request, signature);

    /// <summary>
    /// Calldata of <c>executeBatch</c>: invalid requests are skipped, a failed call still spends its nonce, and the events tell which.
    /// </summary>
    /// <param name="requests">In nonce order where one user has several under sequential nonces.</param>
    /// <param name="refundReceiver">Who gets the value of what was skipped; never zero, for then one bad request reverts all.</param>
    /// <exception cref="ArgumentException">
    /// There are no requests, the receiver is zero, or <see cref="HasShapeOf"/> is false for one.
    /// </exception>
    public byte[] EncodeExecuteBatch(
        IReadOnlyList<(ForwardRequest Request, Signature Signature)> requests, Address refundReceiver)
    {
        ArgumentOutOfRangeException.ThrowIfZero(requests.Count);
        if (refundReceiver.IsZero)
        {
            throw new ArgumentException("a zero receiver lets one bad request revert the whole batch", nameof(refundReceiver));
        }

        var size = SelectorSize + ((3 + requests.Count) * AbiWriter.Word);
        foreach (var (request, _) in requests)
        {
            RequireShape(request);
            size = checked(size + TupleSize(request));
        }

        var calldata = new byte[size];
        var writer = new AbiWriter(calldata);
        writer.Raw(Calls.ExecuteBatch);
        writer.Write(2UL * AbiWriter.Word);
        writer.Write(refundReceiver);
        writer.Write((ulong)requests.Count);
        var offset = requests.Count * AbiWriter.Word;
        foreach (var (request, _) in requests)
        {
            writer.Write((ulong)offset);
            offset += TupleSize(request);
        }

        foreach (var (request, signature) in requests)
        {
            WriteTuple(ref writer, request, signature);
        }

        return calldata;
    }

    /// <summary>Calldata of the inner call as the target sees it, for decoding its revert reason: data and the sender's 20 bytes.</summary>
    /// <remarks>Call it with <c>from</c> = the forwarder; the forwarder itself does not bubble the reason up.</remarks>
    public static byte[] EncodeInnerCall(ForwardRequest request) => [.. request.Data.Span, .. request.From.Span];

    /// <summary>The answer of <see cref="EncodeVerify"/>'s call.</summary>
    /// <returns><see langword="false"/> when it is not a bool.</returns>
    public static bool TryDecodeVerify(ReadOnlySpan<byte> returned, out bool isValid) => TryReadBool(returned, out isValid);

    /// <summary>Calldata that reads a user's nonce; a dialect with sequential nonces ignores <paramref name="nonce"/>.</summary>
    public abstract byte[] EncodeNonceRead(Address from, UInt256 nonce);

    /// <summary>The answer of <see cref="EncodeNonceRead"/>'s call.</summary>
    /// <returns><see langword="false"/> when the contract answered something else.</returns>
    public abstract bool TryDecodeNonce(ReadOnlySpan<byte> returned, [NotNullWhen(true)] out NonceState? state);

    /// <summary>Calldata of <c>eip712Domain()</c> (EIP-5267).</summary>
    public static byte[] EncodeEip712DomainRead() => DomainReading.Encode();

    /// <summary>The answer of <c>eip712Domain()</c>, to compare with <see cref="Domain"/>.</summary>
    /// <returns><see langword="false"/> when it is malformed or names extensions.</returns>
    public static bool TryDecodeEip712Domain(ReadOnlySpan<byte> returned, [NotNullWhen(true)] out Eip712Domain? domain) =>
        DomainReading.TryDecode(returned, out domain);

    /// <summary>The requests that a transaction carried out, by this forwarder's <c>ExecutedForwardRequest</c> events, in order.</summary>
    /// <remarks>The transaction's status says nothing of them. Logs of other contracts, and malformed ones, are passed over.</remarks>
    public IReadOnlyList<ExecutedRequest> DecodeExecuted(IReadOnlyList<LogEntry> logs)
    {
        var executed = new List<ExecutedRequest>();
        foreach (var log in logs)
        {
            if (log.Address == Address && ExecutedRequest.TryDecode(log, out var request))
            {
                executed.Add(request);
            }
        }

        return executed;
    }

    private protected const int SelectorSize = 4;

    private protected static bool TryReadBool(ReadOnlySpan<byte> returned, out bool flag)
    {
        flag = false;
        if (returned.Length != AbiWriter.Word || returned[..^1].ContainsAnyExcept((byte)0) || returned[^1] > 1)
        {
            return false;
        }

        flag = returned[^1] == 1;
        return true;
    }

    /// <summary>The fifth member of the tuple: the deadline or the nonce.</summary>
    private protected abstract UInt256 FifthMember(ForwardRequest request);

    private const ulong MaxDeadline = (1UL << 48) - 1;
    private const int HeadWords = 7;
    private const int SignatureTail = 4 * AbiWriter.Word;

    private byte[] EncodeSingle(ReadOnlySpan<byte> selector, ForwardRequest request, Signature signature)
    {
        RequireShape(request);
        var calldata = new byte[SelectorSize + AbiWriter.Word + TupleSize(request)];
        var writer = new AbiWriter(calldata);
        writer.Raw(selector);
        writer.Write((ulong)AbiWriter.Word);
        WriteTuple(ref writer, request, signature);
        return calldata;
    }

    private static int TupleSize(ForwardRequest request) =>
        checked(((HeadWords + 1) * AbiWriter.Word) + AbiWriter.Padded(request.Data.Length) + SignatureTail);

    private void WriteTuple(ref AbiWriter writer, ForwardRequest request, Signature signature)
    {
        var dataOffset = HeadWords * AbiWriter.Word;
        writer.Write(request.From);
        writer.Write(request.To);
        writer.Write(request.Value.Value);
        writer.Write(request.Gas);
        writer.Write(FifthMember(request));
        writer.Write((ulong)dataOffset);
        writer.Write((ulong)(dataOffset + AbiWriter.Word + AbiWriter.Padded(request.Data.Length)));
        writer.Tail(request.Data.Span);
        writer.Tail(signature);
    }

    private void RequireShape(ForwardRequest request)
    {
        if (!HasShapeOf(request))
        {
            throw new ArgumentException(
                HasDeadline ? "this dialect signs a deadline below 2^48" : "this dialect has no deadline", nameof(request));
        }
    }

    private protected sealed record Selectors(byte[] Execute, byte[] ExecuteBatch, byte[] Verify);
}
