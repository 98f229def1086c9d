namespace Relayer.Core.Ethereum;

/// <summary>A chain's EIP-155 id. Positive; it must fit PostgreSQL's <c>bigint</c>.</summary>
public readonly record struct ChainId(long Value) : IComparable<ChainId>
{
    /// <inheritdoc/>
    public int CompareTo(ChainId other) => Value.CompareTo(other.Value);

    /// <summary>Decimal digits.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Orders by number.</summary>
    public static bool operator <(ChainId left, ChainId right) => left.Value < right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >(ChainId left, ChainId right) => left.Value > right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator <=(ChainId left, ChainId right) => left.Value <= right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >=(ChainId left, ChainId right) => left.Value >= right.Value;
}
