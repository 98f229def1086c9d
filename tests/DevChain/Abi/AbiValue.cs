using System.Numerics;
using Relayer.Core.Ethereum;

namespace DevChain.Abi;

/// <summary>A value of the contract ABI. Values are equal when their contents are.</summary>
/// <remarks>The <c>As…</c> members throw <see cref="InvalidOperationException"/> for a value of another kind: the caller chose the type.</remarks>
public abstract record AbiValue
{
    private AbiValue()
    {
    }

    /// <summary>The members of a tuple or the elements of an array.</summary>
    public IReadOnlyList<AbiValue> AsItems() => Expect<Sequence>().Elements;

    /// <summary>A tuple or an array.</summary>
    public static AbiValue Of(params AbiValue[] items) => new Sequence(items);

    /// <summary>The number.</summary>
    public BigInteger AsInteger() => Expect<Number>().Value;

    /// <summary>The number, unsigned.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public UInt256 AsUInt256() => UInt256.From(AsInteger());

    /// <summary>The number, when it fits 64 bits.</summary>
    /// <exception cref="OverflowException">It does not.</exception>
    public ulong AsUInt64() => (ulong)AsInteger();

    /// <summary>The address.</summary>
    public Address AsAddress() => Expect<Account>().Address;

    /// <summary>The flag.</summary>
    public bool AsBool() => Expect<Flag>().Value;

    /// <summary>The bytes of <c>bytesN</c> or <c>bytes</c>.</summary>
    public ReadOnlyMemory<byte> AsBytes() => Expect<Blob>().Bytes;

    /// <summary>The word of <c>bytes32</c>.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public Hash32 AsHash32() => new(AsBytes().Span);

    /// <summary>The text.</summary>
    public string AsText() => Expect<Text>().Value;

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(ulong value) => new Number(value);

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(UInt256 value) => new Number(value.ToBigInteger());

    /// <summary>A number.</summary>
    public static implicit operator AbiValue(BigInteger value) => new Number(value);

    /// <summary>An address.</summary>
    public static implicit operator AbiValue(Address value) => new Account(value);

    /// <summary>A <c>bytes32</c>.</summary>
    public static implicit operator AbiValue(Hash32 value) => new Blob(value.ToArray());

    /// <summary>A flag.</summary>
    public static implicit operator AbiValue(bool value) => new Flag(value);

    /// <summary><c>bytesN</c> or <c>bytes</c>.</summary>
    public static implicit operator AbiValue(byte[] value) => new Blob(value);

    /// <summary>A text.</summary>
    public static implicit operator AbiValue(string value) => new Text(value);

    /// <summary><c>uintN</c> or <c>intN</c>.</summary>
    public sealed record Number(BigInteger Value) : AbiValue;

    /// <summary><c>address</c>.</summary>
    public sealed record Account(Address Address) : AbiValue;

    /// <summary><c>bool</c>.</summary>
    public sealed record Flag(bool Value) : AbiValue;

    /// <summary><c>string</c>.</summary>
    public sealed record Text(string Value) : AbiValue;

    /// <summary><c>bytesN</c> or <c>bytes</c>.</summary>
    public sealed record Blob(ReadOnlyMemory<byte> Bytes) : AbiValue
    {
        /// <inheritdoc/>
        public bool Equals(Blob? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(Bytes.Span);
            return hash.ToHashCode();
        }

        /// <inheritdoc/>
        public override string ToString() => Hex.Encode(Bytes.Span);
    }

    /// <summary>A tuple or an array.</summary>
    public sealed record Sequence(IReadOnlyList<AbiValue> Elements) : AbiValue
    {
        /// <inheritdoc/>
        public bool Equals(Sequence? other) => other is not null && Elements.SequenceEqual(other.Elements);

        /// <inheritdoc/>
        public override int GetHashCode() => Elements.Aggregate(Elements.Count, HashCode.Combine);

        /// <inheritdoc/>
        public override string ToString() => $"[{string.Join(", ", Elements)}]";
    }

    private T Expect<T>()
        where T : AbiValue =>
        this as T ?? throw new InvalidOperationException($"the value is a {GetType().Name}, not a {typeof(T).Name}");
}
