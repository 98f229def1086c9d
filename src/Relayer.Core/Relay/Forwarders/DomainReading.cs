using System.Diagnostics.CodeAnalysis;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>EIP-5267: a contract says which EIP-712 domain it verifies under.</summary>
internal static class DomainReading
{
    public static byte[] Encode() => [0x84, 0xb0, 0x19, 0x6e]; // eip712Domain()

    public static bool TryDecode(ReadOnlySpan<byte> returned, [NotNullWhen(true)] out Eip712Domain? domain)
    {
        domain = null;
        if (!AbiDecoder.TryDecode(Answer, returned, out var values)
            || values[0] is not AbiValue.Blob fields || values[6] is not AbiValue.Sequence { Elements.Count: 0 })
        {
            return false;
        }

        // Bit i of the first byte says whether the i-th member is part of the domain.
        var present = fields.Bytes.Span[0];
        if (present > 0b11111)
        {
            return false;
        }

        domain = new Eip712Domain(
            (present & 1) != 0 ? values[1].AsText() : null,
            (present & 2) != 0 ? values[2].AsText() : null,
            (present & 4) != 0 ? values[3].AsUInt256() : null,
            (present & 8) != 0 ? values[4].AsAddress() : null,
            (present & 16) != 0 ? values[5].AsHash32() : null);
        return true;
    }

    private static readonly AbiType.Tuple Answer =
        (AbiType.Tuple)AbiType.Parse("(bytes1,string,string,uint256,address,bytes32,uint256[])");
}
