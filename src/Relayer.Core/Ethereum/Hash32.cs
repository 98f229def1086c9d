using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Relayer.Core.Ethereum;

/// <summary>A 32-byte word: a Keccak-256 hash, a digest, a topic.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public readonly record struct Hash32 : IComparable<Hash32>
{
    /// <summary>Bytes in a hash.</summary>
    public const int Size = 32;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not 32.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a hash has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        this = MemoryMarshal.Read<Hash32>(bytes);
    }

    /// <summary>The 32 bytes, without a copy.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in this, 1));

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>Reads <c>0x</c> and 64 digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var read = Hex.TryDecode(text, bytes);
        hash = read ? new Hash32(bytes) : default;
        return read;
    }

    /// <summary>Reads a constant or a value the program itself wrote.</summary>
    /// <exception cref="FormatException">As <see cref="TryParse"/> refuses.</exception>
    public static Hash32 Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException($"'{text}' is not 0x and 64 hexadecimal digits");

    /// <summary><c>0x</c> and 64 lower-case digits.</summary>
    public override string ToString() => Hex.Encode(Span);

    /// <inheritdoc/>
    public int CompareTo(Hash32 other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator <(Hash32 left, Hash32 right) => left.CompareTo(right) < 0;

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator >(Hash32 left, Hash32 right) => left.CompareTo(right) > 0;

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator <=(Hash32 left, Hash32 right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by the bytes, as PostgreSQL orders <c>bytea</c>.</summary>
    public static bool operator >=(Hash32 left, Hash32 right) => left.CompareTo(right) >= 0;
}
