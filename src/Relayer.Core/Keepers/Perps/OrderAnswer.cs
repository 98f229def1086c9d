using System.Numerics;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Perps;

/// <summary>
/// The answer of <c>getOrder</c>, <c>((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))</c>: what is wanted of it, for it
/// is read by the hundred.
/// </summary>
/// <param name="CommittedAt">Unix seconds.</param>
/// <param name="SizeDelta">Zero when there is no order.</param>
internal readonly record struct OrderAnswer(BigInteger CommittedAt, BigInteger SizeDelta)
{
    /// <returns><see langword="false"/> for anything but its strict encoding.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, out OrderAnswer answer)
    {
        var reader = new AbiReader(data);
        var committedAt = reader.Number();
        _ = (reader.Number(128), reader.Number(128));
        var sizeDelta = reader.Signed(128);
        _ = (reader.Number(128), reader.Number(), reader.Hash(), reader.Address());
        answer = new OrderAnswer(committedAt.ToBigInteger(), sizeDelta);
        return reader.IsAtEnd;
    }
}
