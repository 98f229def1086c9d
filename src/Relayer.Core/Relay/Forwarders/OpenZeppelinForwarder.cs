using System.Diagnostics.CodeAnalysis;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>OpenZeppelin's <c>ERC2771Forwarder</c>, version 5: sequential nonces, and a deadline the contract enforces.</summary>
/// <remarks>Source: openzeppelin-contracts v5, <c>metatx/ERC2771Forwarder.sol</c>. A stale nonce shows as an invalid signer.</remarks>
/// <param name="chainId">The chain; positive.</param>
/// <param name="address">The contract.</param>
/// <param name="name">The EIP-712 domain's name, the contract's constructor argument.</param>
/// <param name="version">The EIP-712 domain's version.</param>
public sealed class OpenZeppelinForwarder(ChainId chainId, Address address, string name, string version = "1")
    : Forwarder(chainId, address, name, version)
{
    /// <summary>The dialect's name.</summary>
    public const string Name = "OpenZeppelin";

    /// <inheritdoc/>
    public override string Dialect => Name;

    /// <inheritdoc/>
    public override bool HasSequentialNonces => true;

    /// <inheritdoc/>
    public override bool HasDeadline => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Eip712Field> Fields => RequestFields;

    /// <inheritdoc/>
    public override ForwarderOverhead Overhead => ForwarderOverhead.OpenZeppelin;

    private protected override Hash32 TypeHash => RequestTypeHash;

    private protected override Selectors Calls => KnownCalls;

    /// <inheritdoc/>
    public override byte[] EncodeNonceRead(Address from, UInt256 nonce)
    {
        var calldata = new byte[SelectorSize + AbiWriter.Word];
        var writer = new AbiWriter(calldata);
        writer.Raw([0x7e, 0xce, 0xbe, 0x00]); // nonces(address)
        writer.Write(from);
        return calldata;
    }

    /// <inheritdoc/>
    public override bool TryDecodeNonce(ReadOnlySpan<byte> returned, [NotNullWhen(true)] out NonceState? state)
    {
        state = returned.Length == AbiWriter.Word ? new NonceState.Sequential(UInt256.ReadBigEndian(returned)) : null;
        return state is not null;
    }

    private protected override UInt256 FifthMember(ForwardRequest request) => request.Deadline ?? 0;

    private static readonly Eip712Field[] RequestFields =
    [
        new("from", "address"),
        new("to", "address"),
        new("value", "uint256"),
        new("gas", "uint256"),
        new("nonce", "uint256"),
        new("deadline", "uint48"),
        new("data", "bytes"),
    ];

    private static readonly Hash32 RequestTypeHash =
        Keccak256.Hash(Encoding.ASCII.GetBytes(Eip712Field.EncodeType(PrimaryType, RequestFields)));

    private static readonly Selectors KnownCalls =
        new([0xdf, 0x90, 0x5c, 0xaf], [0xcc, 0xf9, 0x6b, 0x4a], [0x19, 0xd8, 0xd3, 0x8c]);
}
