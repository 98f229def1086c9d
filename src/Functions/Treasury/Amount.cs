using System.Globalization;
using System.Numerics;
using Relayer.Core.Ethereum;

namespace Functions.Treasury;

/// <summary>An amount of the chain's coin.</summary>
/// <param name="Wei">Wei, decimal digits.</param>
/// <param name="Ether">The same for reading: exact, as a decimal number.</param>
public sealed record Amount(string Wei, string Ether)
{
    private const int Decimals = 18;

    /// <summary>Shows wei.</summary>
    public static Amount Of(Wei wei) => new(wei.ToString(), EtherOf(wei));

    /// <summary>Shows wei that may not be known.</summary>
    public static Amount? OfNullable(Wei? wei) => wei is { } known ? Of(known) : null;

    /// <summary>Wei as ether, exact, without an exponent and without needless zeros.</summary>
    public static string EtherOf(Wei wei)
    {
        var (whole, rest) = BigInteger.DivRem(wei.ToBigInteger(), BigInteger.Pow(10, Decimals));
        var fraction = rest.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals, '0').TrimEnd('0');
        return whole.ToString(CultureInfo.InvariantCulture) + (fraction.Length == 0 ? "" : $".{fraction}");
    }
}
