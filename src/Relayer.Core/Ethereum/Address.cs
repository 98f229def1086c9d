using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Relayer.Core.Ethereum;

/// <summary>A 20-byte account address. Its text form carries the EIP-55 checksum.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct Address : IComparable<Address>
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 20;

    // Three words rather than an array: equality and hashing come from the record, and nothing is allocated.
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly uint _third;

    /// <summary>Takes 20 bytes.</summary>
    /// <exception cref="ArgumentException">There are not 20.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"an address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        this = MemoryMarshal.Read<Address>(bytes);
    }

    /// <summary>The zero address.</summary>
    public static Address Zero => default;

    /// <summary>True for the zero address.</summary>
    public bool IsZero => this == default;

    /// <summary>The 20 bytes, without a copy.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in this, 1));

    /// <summary>A copy of the 20 bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>
    /// Reads <c>0x</c> and 40 digits. All lower or all upper case passes; mixed case must be the right EIP-55 checksum.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        address = default;
        if (!Hex.TryDecode(text, bytes))
        {
            return false;
        }

        address = new Address(bytes);
        return !IsMixedCase(text[2..]) || text[2..].SequenceEqual(address.ToString().AsSpan(2));
    }

    /// <summary>Reads a constant or a value the program itself wrote.</summary>
    /// <exception cref="FormatException">As <see cref="TryParse"/> refuses.</exception>
    public static Address Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an address, or its checksum is wrong");

    /// <summary>The EIP-55 form: <c>0x</c> and 40 digits whose case is the checksum.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[2 + (Size * 2)];
        "0x".CopyTo(text);
        Convert.TryToHexStringLower(Span, text[2..], out _);
        Span<byte> ascii = stackalloc byte[Size * 2];
        for (var i = 0; i < ascii.Length; i++)
        {
            ascii[i] = (byte)text[i + 2];
        }

        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(ascii, hash);
        for (var i = 0; i < ascii.Length; i++)
        {
            var nibble = (i & 1) == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xf;
            if (nibble >= 8)
            {
                text[i + 2] = char.ToUpperInvariant(text[i + 2]);
            }
        }

        return new string(text);
    }

    /// <inheritdoc/>
    public int CompareTo(Address other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    private static bool IsMixedCase(ReadOnlySpan<char> digits) =>
        digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
}
