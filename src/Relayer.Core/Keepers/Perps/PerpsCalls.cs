using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;

namespace Relayer.Core.Keepers.Perps;

/// <summary>Questions about an account that a run asks by the thousand, laid out by hand: the typed classes take fifty times as long.</summary>
internal static class PerpsCalls
{
    private static readonly ReadOnlyMemory<byte> OrderSelector = Typed.Selector<GetOrderFunction>();
    private static readonly ReadOnlyMemory<byte> PositionSelector = Typed.Selector<CanLiquidateFunction>();
    private static readonly ReadOnlyMemory<byte> MarginSelector = Typed.Selector<CanLiquidateMarginOnlyFunction>();

    /// <exception cref="OverflowException">It is no id: <see cref="PerpsEvents.IsId"/>.</exception>
    public static byte[] GetOrder(BigInteger account) => Encode(OrderSelector, account);

    /// <exception cref="OverflowException">It is no id: <see cref="PerpsEvents.IsId"/>.</exception>
    public static byte[] CanLiquidate(BigInteger account) => Encode(PositionSelector, account);

    /// <exception cref="OverflowException">It is no id: <see cref="PerpsEvents.IsId"/>.</exception>
    public static byte[] CanLiquidateMarginOnly(BigInteger account) => Encode(MarginSelector, account);

    private static byte[] Encode(ReadOnlyMemory<byte> selector, BigInteger account)
    {
        var data = new byte[selector.Length + AbiWriter.Word];
        var writer = new AbiWriter(data);
        writer.Raw(selector.Span);
        writer.Write((UInt256)(UInt128)account);
        return data;
    }
}
