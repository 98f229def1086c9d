namespace Relayer.Core.Ethereum.Rlp;

/// <summary>Why bytes are not the canonical RLP that was expected.</summary>
public enum RlpFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The bytes end before the item does.</summary>
    Truncated,

    /// <summary>A length in a longer form than it needs: a leading zero, the long form for 55 bytes or fewer, a byte below 0x80 with a header.</summary>
    NotCanonical,

    /// <summary>A length that no memory holds.</summary>
    TooLong,

    /// <summary>A list where a string belongs.</summary>
    UnexpectedList,

    /// <summary>A string where a list belongs.</summary>
    UnexpectedString,

    /// <summary>A number with a leading zero.</summary>
    LeadingZero,

    /// <summary>A number that does not fit, or a string of another length than expected.</summary>
    WrongSize,

    /// <summary>Lists within lists beyond <see cref="RlpReader.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>Bytes after the end.</summary>
    TrailingBytes,
}
