using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Relayer.Core.Ethereum.Abi;

namespace DevChain.Abi;

/// <summary>A type of the contract ABI. Equal when the canonical texts are.</summary>
/// <remarks>Source: the Solidity documentation, "Contract ABI Specification", which also names heads and tails.</remarks>
public abstract class AbiType : IEquatable<AbiType>
{
    /// <summary>The deepest nesting of tuples and arrays.</summary>
    public const int MaxDepth = 16;

    /// <summary>The most bytes a static type may take: far above any real one, and far from overflow.</summary>
    internal const int MaxStaticSize = 1 << 24;

    private readonly string _canonical;

    private AbiType(string canonical, bool isDynamic, long headSize)
    {
        if (headSize > MaxStaticSize)
        {
            throw new ArgumentException("the type takes more bytes than any call could carry", nameof(headSize));
        }

        (_canonical, IsDynamic, HeadSize) = (canonical, isDynamic, (int)headSize);
    }

    /// <summary>True when the value lies in the tail and the head holds an offset.</summary>
    public bool IsDynamic { get; }

    /// <summary>Bytes in the head: 32 for a dynamic type, all of a static one.</summary>
    public int HeadSize { get; }

    /// <summary>Reads a canonical type, such as <c>(address,uint256,bytes)[]</c>.</summary>
    /// <returns>
    /// <see langword="false"/> for an unknown or abbreviated name (<c>uint</c>), spaces, an empty tuple or array (<c>T[0]</c>),
    /// and beyond <see cref="MaxDepth"/>.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out AbiType? type) =>
        AbiTypeParser.TryParse(text, out type);

    /// <summary>Reads a constant.</summary>
    /// <exception cref="FormatException">As <see cref="TryParse"/> refuses.</exception>
    public static AbiType Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var type) ? type : throw new FormatException($"'{text}' is not a canonical ABI type");

    /// <summary>The canonical text, as it enters selectors.</summary>
    public sealed override string ToString() => _canonical;

    /// <inheritdoc/>
    public bool Equals(AbiType? other) => other is not null && _canonical == other._canonical;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as AbiType);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => _canonical.GetHashCode(StringComparison.Ordinal);

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>uintN</c> or <c>intN</c>.</summary>
    public sealed class Number : AbiType
    {
        /// <summary>Of 8 to 256 bits.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The bits are not a multiple of 8 from 8 to 256.</exception>
        public Number(int bits, bool isSigned)
            : base((isSigned ? "int" : "uint") + Digits(bits), false, AbiWriter.Word)
        {
            if (bits is < 8 or > 256 || bits % 8 != 0)
            {
                throw new ArgumentOutOfRangeException(nameof(bits));
            }

            (Bits, IsSigned) = (bits, isSigned);
        }

        /// <summary>Its width.</summary>
        public int Bits { get; }

        /// <summary>True for two's complement.</summary>
        public bool IsSigned { get; }
    }

    /// <summary><c>address</c>.</summary>
    public sealed class Account() : AbiType("address", false, AbiWriter.Word);

    /// <summary><c>bool</c>.</summary>
    public sealed class Flag() : AbiType("bool", false, AbiWriter.Word);

    /// <summary><c>bytesN</c>.</summary>
    public sealed class FixedBytes : AbiType
    {
        /// <summary>Of 1 to 32 bytes.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The length is not from 1 to 32.</exception>
        public FixedBytes(int length)
            : base("bytes" + Digits(length), false, AbiWriter.Word)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, AbiWriter.Word);
            Length = length;
        }

        /// <summary>Its bytes.</summary>
        public int Length { get; }
    }

    /// <summary><c>bytes</c>.</summary>
    public sealed class Blob() : AbiType("bytes", true, AbiWriter.Word);

    /// <summary><c>string</c>, in UTF-8.</summary>
    public sealed class Text() : AbiType("string", true, AbiWriter.Word);

    /// <summary>A struct, or the arguments of a function.</summary>
    /// <param name="members">Its members; none only at the top.</param>
    public sealed class Tuple(IReadOnlyList<AbiType> members) : AbiType(
        $"({string.Join(',', members)})",
        members.Any(member => member.IsDynamic),
        members.Any(member => member.IsDynamic) ? AbiWriter.Word : members.Sum(member => (long)member.HeadSize))
    {
        /// <summary>The types in order.</summary>
        public IReadOnlyList<AbiType> Members { get; } = members;
    }

    /// <summary><c>T[]</c> or <c>T[n]</c>.</summary>
    public sealed class Array : AbiType
    {
        /// <summary>Of <paramref name="length"/> elements, or of any number when it is <see langword="null"/>.</summary>
        /// <exception cref="ArgumentException">The length is below 1, or an element takes no bytes.</exception>
        public Array(AbiType element, int? length)
            : base(
                length is { } n ? $"{element}[{Digits(n)}]" : $"{element}[]",
                length is null || element.IsDynamic,
                length is { } m && !element.IsDynamic ? (long)m * element.HeadSize : AbiWriter.Word)
        {
            // An element without bytes would let a length of 2^31 cost nothing to send and much to decode.
            if (length < 1 || element.HeadSize == 0)
            {
                throw new ArgumentException("an array needs elements that take bytes", nameof(length));
            }

            (Element, Length) = (element, length);
        }

        /// <summary>The elements' type.</summary>
        public AbiType Element { get; }

        /// <summary>How many there are; <see langword="null"/> when the value says so.</summary>
        public int? Length { get; }
    }
}
