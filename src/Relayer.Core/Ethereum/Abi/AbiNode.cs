namespace Relayer.Core.Ethereum.Abi;

/// <summary>What a type is, as far as its encoding goes.</summary>
internal enum AbiKind
{
    /// <summary><c>uintN</c>, <c>address</c>, <c>bool</c> (of one bit): zeros on the left.</summary>
    Unsigned,

    /// <summary><c>intN</c>: its sign on the left.</summary>
    Signed,

    /// <summary><c>bytesN</c>, <c>function</c>: zeros on the right.</summary>
    FixedBytes,

    /// <summary><c>bytes</c>, <c>string</c>.</summary>
    Tail,

    /// <summary>A tuple, or the arguments.</summary>
    Tuple,

    /// <summary>An array of a length that the type says.</summary>
    FixedArray,

    /// <summary>An array that says its length.</summary>
    Array,
}

/// <summary>A type in a flat list: its members or its element follow it, and what they consist of.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bits of a number, bytes of a <c>bytesN</c>, elements of a fixed array; otherwise 0.</param>
/// <param name="IsDynamic">Its head is an offset.</param>
/// <param name="HeadSize">Bytes in the head.</param>
/// <param name="BodySize">Bytes that its encoding has at least: for a tuple and a fixed array the heads in it.</param>
/// <param name="Next">Where the list goes on behind it.</param>
internal readonly record struct AbiNode(AbiKind Kind, int Size, bool IsDynamic, int HeadSize, int BodySize, int Next);
