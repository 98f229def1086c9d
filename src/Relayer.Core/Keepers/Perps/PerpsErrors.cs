using System.Buffers.Binary;
using System.Collections.Frozen;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Perps;

/// <summary>What the market's refusal means for a keeper.</summary>
internal enum PerpsRefusal
{
    /// <summary>Nothing that settling, cancelling or liquidating is known to say: tried again.</summary>
    Unknown,

    /// <summary>Later.</summary>
    NotOpen,

    /// <summary>Too late.</summary>
    Expired,

    /// <summary>There is nothing to do: somebody else was first, or it never was.</summary>
    Gone,

    /// <summary>Cancel instead.</summary>
    PriceExceeded,

    /// <summary>The price data is not the one that is wanted.</summary>
    WrongPrice,

    /// <summary>The account is to be liquidated, or has too little margin: it may change until the window closes.</summary>
    Blocked,

    /// <summary>The market has no room for the order: it may change until the window closes.</summary>
    MarketFull,

    /// <summary>It takes more gas than a transaction may have.</summary>
    OutOfGas,

    /// <summary>The market stands still: a matter for people.</summary>
    Halted,
}

/// <summary>Reads the market's errors by <see cref="PerpsErrorTable"/>. Pure.</summary>
internal static class PerpsErrors
{
    private static readonly FrozenDictionary<uint, (NamedError Error, PerpsRefusal Meaning)> Table = PerpsErrorTable.Rows
        .SelectMany(row => row.Errors.Select(signature => (Error: NamedError.Parse(signature), row.Meaning)))
        .ToFrozenDictionary(item => SelectorOf(item.Error.Selector.Span));

    /// <summary>What the error means.</summary>
    public static PerpsRefusal Read(ReadOnlySpan<byte> data) =>
        data.Length >= sizeof(uint) && Table.TryGetValue(SelectorOf(data), out var known) ? known.Meaning : PerpsRefusal.Unknown;

    /// <summary>The error by name and arguments.</summary>
    public static string Describe(ReadOnlySpan<byte> data)
    {
        if (data.Length < sizeof(uint) || !Table.TryGetValue(SelectorOf(data), out var known))
        {
            return RevertReason.Decode(data);
        }

        return known.Error.TryDescribe(data, out var text) ? text : $"{known.Error.Name} with arguments that cannot be read";
    }

    private static uint SelectorOf(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32BigEndian(data);
}
