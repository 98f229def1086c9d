using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Keepers.Perps;

/// <summary>One call of several.</summary>
/// <param name="Target">The contract.</param>
/// <param name="IsRequired">The whole reverts when it fails.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="Data">Calldata.</param>
internal sealed record InnerCall(Address Target, bool IsRequired, Wei Value, byte[] Data);

/// <summary>How one of several calls ended.</summary>
internal readonly record struct InnerResult(bool IsSuccess, ReadOnlyMemory<byte> Data);

/// <summary>Synthetix's TrustedMulticallForwarder: several calls in one, each on behalf of the sender.</summary>
internal static class Multicall
{
    private static readonly AbiSignature Aggregate = AbiSignature.Parse("aggregate3Value((address,bool,uint256,bytes)[])");
    private static readonly AbiType.Tuple Results = AbiSignature.Parse("r((bool,bytes)[])").Inputs;

    public static byte[] Encode(IReadOnlyList<InnerCall> calls) => Aggregate.Encode(AbiValue.Of(
        [.. calls.Select(call => AbiValue.Of(call.Target, call.IsRequired, call.Value.Value, call.Data))]));

    public static Wei ValueOf(IReadOnlyList<InnerCall> calls) => calls.Aggregate(Wei.Zero, (sum, call) => sum + call.Value);

    /// <returns><see langword="false"/> when it is not so many results.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, int count, out IReadOnlyList<InnerResult> results)
    {
        results = [];
        if (!AbiDecoder.TryDecode(Results, data, out var values) || values[0].AsItems() is not { } items || items.Count != count)
        {
            return false;
        }

        results = [.. items.Select(item => new InnerResult(item.AsItems()[0].AsBool(), item.AsItems()[1].AsBytes()))];
        return true;
    }
}
