using System.Diagnostics.CodeAnalysis;

namespace Relayer.Core.Ethereum.Abi;

/// <summary>
/// Says whether calldata is the one encoding of a function's arguments: the bytes that decoding and encoding them again would give. A function
/// would also take others, with junk behind the arguments, between them, or in the unused bits of a word, and whoever sends them pays for all.
/// </summary>
/// <remarks>
/// Made once from the signature; checking allocates nothing, throws nothing, and looks at each byte at most once: offsets are only compared with
/// where the next tail begins, and a length is paid for in bytes. Depth is the type's own, at most <see cref="MaxDepth"/>.
/// </remarks>
public sealed class CalldataShape
{
    /// <summary>The most levels of arrays and tuples in a signature.</summary>
    public const int MaxDepth = 32;

    private const int SelectorSize = 4;

    private readonly AbiNode[] _nodes;

    private CalldataShape(AbiNode[] nodes) => _nodes = nodes;

    /// <summary>Reads a canonical signature, such as <c>transfer(address,uint256)</c>.</summary>
    /// <returns>
    /// <see langword="false"/> for what no contract has: aliases, names of arguments, arrays of no elements, tuples of no members, arguments
    /// larger than any transaction, types deeper than <see cref="MaxDepth"/>.
    /// </returns>
    public static bool TryCompile(string signature, [NotNullWhen(true)] out CalldataShape? shape)
    {
        ArgumentNullException.ThrowIfNull(signature);
        shape = AbiNodeParser.TryParse(signature, out var nodes) ? new CalldataShape(nodes) : null;
        return shape is not null;
    }

    /// <summary>Looks for what is not as it should be.</summary>
    /// <param name="calldata">The selector, which is not looked at, and the arguments.</param>
    /// <returns>The first fault found, or <see langword="null"/>.</returns>
    public CalldataFault? Check(ReadOnlySpan<byte> calldata)
    {
        if (calldata.Length < SelectorSize)
        {
            return new CalldataFault(0, CalldataFault.Short);
        }

        var walk = new AbiWalk(_nodes, calldata[SelectorSize..]);
        if (!walk.TryBody(0, 0, out var end))
        {
            return new CalldataFault(SelectorSize + walk.FaultAt, walk.Fault);
        }

        return end + SelectorSize == calldata.Length ? null : new CalldataFault(SelectorSize + end, CalldataFault.Trailing);
    }
}

/// <summary>What is not as it should be in calldata.</summary>
/// <param name="Position">The byte, counted from the first of the selector.</param>
/// <param name="What">For people, to follow "the byte is".</param>
public readonly record struct CalldataFault(int Position, string What)
{
    internal const string Short = "where more was expected: the arguments end too early";
    internal const string Trailing = "behind the arguments";
    internal const string Dirty = "in a word's unused bits, which must be zero or the number's sign";
    internal const string Padding = "in the padding behind bytes or a string, which must be zero";
    internal const string Offset = "in an offset that is not the one that an encoder would write";
}
