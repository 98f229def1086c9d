using System.Diagnostics.CodeAnalysis;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Relay.Forwarders;

/// <summary><c>InfinexERC2771Forwarder</c>: unordered nonces (clients draw 256 random bits) and no deadline on chain.</summary>
/// <remarks>
/// A signature stays usable until its nonce is spent, whatever the relayer's own time to live says.
/// Source: the ABI deployed in infinex-deployments, <c>Forwarder.json</c>.
/// </remarks>
/// <param name="chainId">The chain; positive.</param>
/// <param name="address">The contract.</param>
/// <param name="name">The EIP-712 domain's name.</param>
/// <param name="version">The EIP-712 domain's version.</param>
public sealed class InfinexForwarder(
    ChainId chainId, Address address, string name = "InfinexERC2771Forwarder", string version = "1")
    : Forwarder(chainId, address, name, version)
{
    /// <summary>The dialect's name.</summary>
    public const string Name = "Infinex";

    /// <inheritdoc/>
    public override string Dialect => Name;

    /// <inheritdoc/>
    public override bool HasSequentialNonces => false;

    /// <inheritdoc/>
    public override bool HasDeadline => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Eip712Field> Fields => RequestFields;

    /// <inheritdoc/>
    public override ForwarderOverhead Overhead => ForwarderOverhead.Infinex;

    private protected override Hash32 TypeHash => RequestTypeHash;

    private protected override Selectors Calls => KnownCalls;

    /// <inheritdoc/>
    public override byte[] EncodeNonceRead(Address from, UInt256 nonce)
    {
        var calldata = new byte[SelectorSize + (2 * AbiWriter.Word)];
        var writer = new AbiWriter(calldata);
        writer.Raw([0x50, 0x2e, 0x1a, 0x16]); // nonces(address,uint256)
        writer.Write(from);
        writer.Write(nonce);
        return calldata;
    }

    /// <inheritdoc/>
    public override bool TryDecodeNonce(ReadOnlySpan<byte> returned, [NotNullWhen(true)] out NonceState? state)
    {
        state = TryReadBool(returned, out var isUsed) ? new NonceState.Unordered(isUsed) : null;
        return state is not null;
    }

    private protected override UInt256 FifthMember(ForwardRequest request) => request.Nonce;

    private static readonly Eip712Field[] RequestFields =
    [
        new("from", "address"),
        new("to", "address"),
        new("value", "uint256"),
        new("gas", "uint256"),
        new("nonce", "uint256"),
        new("data", "bytes"),
    ];

    private static readonly Hash32 RequestTypeHash =
        Keccak256.Hash(Encoding.ASCII.GetBytes(Eip712Field.EncodeType(PrimaryType, RequestFields)));

    private static readonly Selectors KnownCalls =
        new([0xd7, 0x51, 0x34, 0x67], [0x74, 0x7d, 0xf2, 0x9f], [0x48, 0xb5, 0x39, 0x9d]);
}
