using System.Text;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Ethereum.Eip712;

/// <summary>Where a signature counts: EIP-712's domain. A member that is <see langword="null"/> is left out of its type.</summary>
/// <param name="Name">The contract's name for people.</param>
/// <param name="Version">Its version of the signing scheme.</param>
/// <param name="ChainId">The EIP-155 chain id.</param>
/// <param name="VerifyingContract">The contract that checks the signature.</param>
/// <param name="Salt">A last resort to tell domains apart.</param>
public sealed record Eip712Domain(
    string? Name, string? Version, UInt256? ChainId, Address? VerifyingContract, Hash32? Salt = null)
{
    /// <summary>The name of the domain's struct.</summary>
    public const string TypeName = "EIP712Domain";

    /// <summary>The members present, in the order that EIP-712 prescribes.</summary>
    public IReadOnlyList<Eip712Field> Fields => [.. FieldsOf(Name, Version, ChainId, VerifyingContract, Salt)];

    /// <summary>The domain separator: the hash of this struct.</summary>
    public Hash32 Separator()
    {
        Span<byte> words = stackalloc byte[6 * AbiWriter.Word];
        var writer = new AbiWriter(words);
        writer.Write(Keccak256.Hash(Encoding.UTF8.GetBytes(Eip712Field.EncodeType(TypeName, Fields))));
        WriteText(ref writer, Name);
        WriteText(ref writer, Version);
        if (ChainId is { } chainId)
        {
            writer.Write(chainId);
        }

        if (VerifyingContract is { } contract)
        {
            writer.Write(contract);
        }

        if (Salt is { } salt)
        {
            writer.Write(salt);
        }

        return Keccak256.Hash(words[..writer.Position]);
    }

    /// <summary>The digest to sign: <c>keccak256(0x1901 ‖ separator ‖ hash of the struct)</c>.</summary>
    public static Hash32 Digest(Hash32 separator, Hash32 structHash)
    {
        Span<byte> bytes = stackalloc byte[2 + (2 * Hash32.Size)];
        bytes[0] = 0x19;
        bytes[1] = 0x01;
        separator.Span.CopyTo(bytes[2..]);
        structHash.Span.CopyTo(bytes[(2 + Hash32.Size)..]);
        return Keccak256.Hash(bytes);
    }

    private static void WriteText(ref AbiWriter writer, string? text)
    {
        if (text is not null)
        {
            writer.Write(Keccak256.Hash(Encoding.UTF8.GetBytes(text)));
        }
    }

    private static IEnumerable<Eip712Field> FieldsOf(params object?[] members)
    {
        for (var i = 0; i < members.Length; i++)
        {
            if (members[i] is not null)
            {
                yield return AllFields[i];
            }
        }
    }

    internal static readonly Eip712Field[] AllFields =
    [
        new("name", "string"),
        new("version", "string"),
        new("chainId", "uint256"),
        new("verifyingContract", "address"),
        new("salt", "bytes32"),
    ];
}
