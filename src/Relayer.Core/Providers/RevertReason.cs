using System.Globalization;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Providers;

/// <summary>Turns a contract's revert data into a line for people. What it says is the contract's word: shown, never acted upon.</summary>
public static class RevertReason
{
    /// <summary>The most characters in a reason.</summary>
    public const int MaxLength = 256;

    /// <summary>
    /// Reads <c>Error(string)</c>, <c>Panic(uint256)</c> and the forwarders' custom errors with their arguments;
    /// of any other it gives the first four bytes in hexadecimal.
    /// </summary>
    /// <remarks>Never throws. At most <see cref="MaxLength"/> characters, without control and formatting characters.</remarks>
    public static string Decode(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return "reverted without a reason";
        }

        if (data.Length < SelectorSize)
        {
            return $"reverted with {Hex.Encode(data)}";
        }

        foreach (var error in KnownErrors)
        {
            if (error.TryDescribe(data, out var known))
            {
                return Shorten(known);
            }
        }

        if (TryReadPanic(data, out var code))
        {
            return DescribePanic(code);
        }

        return TryReadError(data, out var text)
            ? text.Length == 0 ? "reverted with an empty reason" : text
            : $"reverted with custom error {Hex.Encode(data[..SelectorSize])}";
    }

    private static bool TryReadPanic(ReadOnlySpan<byte> data, out UInt256 code)
    {
        var reader = new AbiReader(data[SelectorSize..]);
        code = reader.Number();
        return data.StartsWith(Panic) && reader.IsAtEnd;
    }

    // Hand-written contracts leave out the padding or fill it with rubbish: only what can be read matters here.
    private static bool TryReadError(ReadOnlySpan<byte> data, out string text)
    {
        text = "";
        const int Start = SelectorSize + (2 * AbiWriter.Word);
        if (!data.StartsWith(Error) || data.Length < Start)
        {
            return false;
        }

        var offset = UInt256.ReadBigEndian(data[SelectorSize..]);
        var length = UInt256.ReadBigEndian(data[(SelectorSize + AbiWriter.Word)..]);
        var rest = data[Start..];
        if (offset != AbiWriter.Word || length > (ulong)rest.Length)
        {
            return false;
        }

        text = Shorten(Encoding.UTF8.GetString(rest[..Math.Min((int)(ulong)length, MaxBytes)]));
        return true;
    }

    private static string DescribePanic(UInt256 code) => code switch
    {
        _ when code == 0x00 => "panic 0x00: a compiler-made check failed",
        _ when code == 0x01 => "panic 0x01: an assertion failed",
        _ when code == 0x11 => "panic 0x11: arithmetic overflow or underflow",
        _ when code == 0x12 => "panic 0x12: division by zero",
        _ when code == 0x21 => "panic 0x21: a value is no member of its enum",
        _ when code == 0x22 => "panic 0x22: a byte array in storage is wrongly encoded",
        _ when code == 0x31 => "panic 0x31: pop on an empty array",
        _ when code == 0x32 => "panic 0x32: an index is out of bounds",
        _ when code == 0x41 => "panic 0x41: too much memory was asked for",
        _ when code == 0x51 => "panic 0x51: a function pointer that was never set was called",
        _ => $"panic {code}",
    };

    /// <summary>At most <see cref="MaxLength"/> characters of a text, without control and formatting characters.</summary>
    internal static string Shorten(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsShown(rune))
            {
                continue;
            }

            if (clean.Length + rune.Utf16SequenceLength > MaxLength - 1)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(rune);
        }

        return clean.ToString();
    }

    // Format characters include the ones that turn the direction of the text around.
    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    // Room for the longest reason in UTF-8 and as much again in characters that are left out.
    private const int MaxBytes = 8 * MaxLength;

    private const int SelectorSize = 4;

    private static ReadOnlySpan<byte> Error => [0x08, 0xc3, 0x79, 0xa0]; // Error(string)

    private static ReadOnlySpan<byte> Panic => [0x4e, 0x48, 0x7b, 0x71]; // Panic(uint256)

    private static readonly KnownError[] KnownErrors =
    [
        // openzeppelin-contracts v5: metatx/ERC2771Forwarder, utils/Nonces, utils/Errors (FailedInnerCall before 5.1).
        KnownError.Parse("ERC2771ForwarderInvalidSigner(address,address)"),
        KnownError.Parse("ERC2771ForwarderMismatchedValue(uint256,uint256)"),
        KnownError.Parse("ERC2771ForwarderExpiredRequest(uint48)"),
        KnownError.Parse("ERC2771UntrustfulTarget(address,address)"),
        KnownError.Parse("ERC2771ForwarderNoRefundReceiver()"),
        KnownError.Parse("FailedCall()"),
        KnownError.Parse("FailedInnerCall()"),
        KnownError.Parse("InsufficientBalance(uint256,uint256)"),
        KnownError.Parse("InvalidAccountNonce(address,uint256)"),

        // infinex-deployments, Forwarder.json.
        KnownError.Parse("InfinexERC2771ForwarderInvalidSigner(address,address)"),
        KnownError.Parse("InfinexERC2771ForwarderMismatchedValue(uint256,uint256)"),
        KnownError.Parse("InfinexERC2771ForwarderNonceAlreadyUsed(address,uint256)"),
        KnownError.Parse("InfinexERC2771ForwarderGasShrinkDetected()"),
        KnownError.Parse("InfinexERC2771ForwarderFailedInnerCall()"),
    ];
}
