using System.Numerics;

namespace Relayer.Core.Ethereum.Rlp;

/// <summary>How many bytes things take in RLP, so that a buffer can be made before anything is written.</summary>
/// <remarks>Source: Ethereum yellow paper, appendix B.</remarks>
public static class RlpLength
{
    /// <summary>Payloads up to this many bytes have a one-byte header.</summary>
    internal const int ShortPayload = 55;

    /// <summary>Bytes that <see cref="RlpWriter.Write(ReadOnlySpan{byte})"/> takes.</summary>
    public static int Of(ReadOnlySpan<byte> bytes) => bytes.Length == 1 && bytes[0] < 0x80 ? 1 : OfPayload(bytes.Length);

    /// <summary>Bytes that <see cref="RlpWriter.Write(ulong)"/> takes.</summary>
    public static int Of(ulong number) => number < 0x80 ? 1 : 1 + Significant(number);

    /// <summary>Bytes that <see cref="RlpWriter.Write(UInt256)"/> takes.</summary>
    public static int Of(UInt256 number) => number < 0x80 ? 1 : 1 + Significant(number);

    /// <summary>Bytes of a list, or of a string of more than one byte, whose content takes <paramref name="payload"/> bytes.</summary>
    public static int OfPayload(int payload) =>
        1 + payload + (payload <= ShortPayload ? 0 : Significant((ulong)payload));

    /// <summary>Bytes of a number without leading zeros; none for zero.</summary>
    internal static int Significant(ulong number) => 8 - (BitOperations.LeadingZeroCount(number) / 8);

    /// <summary>Bytes of a number without leading zeros; none for zero.</summary>
    internal static int Significant(UInt256 number) => (number.BitLength + 7) / 8;
}
