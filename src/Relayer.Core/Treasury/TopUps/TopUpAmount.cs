using System.Globalization;
using System.Numerics;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>An amount as the words of an incident say it.</summary>
internal static class TopUpAmount
{
    /// <summary>In ether, to the gwei; what no wallet can hold is cut.</summary>
    public static string InEther(Wei wei) =>
        ((decimal)BigInteger.Min(wei.ToBigInteger() / 1_000_000_000, 1_000_000_000_000_000_000) / 1_000_000_000).ToString("0.#########", CultureInfo.InvariantCulture);
}
