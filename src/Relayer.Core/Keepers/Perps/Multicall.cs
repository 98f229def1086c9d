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
/// <remarks>
/// <c>aggregate3Value((address,bool,uint256,bytes)[])</c>, which answers <c>(bool,bytes)[]</c>. By hand: liquidation asks 20,000 questions
/// in a run, which the typed classes take a second for.
/// </remarks>
internal static class Multicall
{
    private const int HeadWords = 4;
    private const int ResultHead = 2 * AbiWriter.Word;

    private static ReadOnlySpan<byte> Selector => [0x17, 0x4d, 0xea, 0x71];

    public static byte[] Encode(IReadOnlyList<InnerCall> calls)
    {
        var size = Selector.Length + ((2 + calls.Count) * AbiWriter.Word);
        foreach (var call in calls)
        {
            size = checked(size + SizeOf(call));
        }

        var data = new byte[size];
        var writer = new AbiWriter(data);
        writer.Raw(Selector);
        writer.Write((ulong)AbiWriter.Word);
        writer.Write((ulong)calls.Count);
        var offset = calls.Count * AbiWriter.Word;
        foreach (var call in calls)
        {
            writer.Write((ulong)offset);
            offset += SizeOf(call);
        }

        foreach (var call in calls)
        {
            writer.Write(call.Target);
            writer.Write(call.IsRequired);
            writer.Write(call.Value.Value);
            writer.Write((ulong)(HeadWords * AbiWriter.Word));
            writer.Tail(call.Data);
        }

        return data;
    }

    public static Wei ValueOf(IReadOnlyList<InnerCall> calls) => calls.Aggregate(Wei.Zero, (sum, call) => sum + call.Value);

    /// <returns><see langword="false"/> when it is not so many results.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> data, int count, out IReadOnlyList<InnerResult> results)
    {
        results = [];
        var reader = new AbiReader(data.Span);
        reader.Expect(AbiWriter.Word);
        if (reader.Count() != count || !reader.IsIntact)
        {
            return false;
        }

        var read = new InnerResult[count];
        var offsets = reader.Offsets(count);
        for (var i = 0; i < count; i++)
        {
            reader.Follow(offsets, i);
            var isSuccess = reader.Flag();
            reader.Expect(ResultHead);
            var length = reader.Tail().Length;
            read[i] = new InnerResult(isSuccess, data.Slice(reader.IsIntact ? reader.Position - AbiWriter.Padded(length) : 0, length));
        }

        results = reader.IsAtEnd ? read : [];
        return reader.IsAtEnd;
    }

    private static int SizeOf(InnerCall call) => checked(((HeadWords + 1) * AbiWriter.Word) + AbiWriter.Padded(call.Data.Length));
}
