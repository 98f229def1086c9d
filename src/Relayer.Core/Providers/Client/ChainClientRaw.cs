using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Providers.Client;

/// <summary>Reads in JSON-RPC's own words.</summary>
internal sealed partial class ChainClient : IRawReadings
{
    public Task<IReadOnlyList<RawAnswer>> ReadRawAsync(IReadOnlyList<RawRead> reads, CancellationToken cancellation)
    {
        var end = reads.Max(RpcRaw.EndOfRange);
        return _pool.RunAtHeadAsync<IReadOnlyList<RawAnswer>>(
            async (client, token) =>
            {
                // The height first: the answers are of this block or a later one.
                var head = RpcChain.BlockNumber();
                var calls = reads.Select(RpcRaw.Call).ToArray();
                try
                {
                    await client.SendAsync([head, .. calls], token);
                }
                catch (ProviderFaultException fault) when (fault.Kind == ProviderFaultKind.Oversized)
                {
                    var tooMany = new NodeError(NodeErrorKind.TooManyResults, 0, $"{fault.Message}: ask for less");
                    return new(head.Value, [.. calls.Select(_ => new RawAnswer(default, tooMany, ReadOnlyMemory<byte>.Empty))]);
                }

                if (head.Value < end)
                {
                    throw new ProviderFaultException(ProviderFaultKind.Lagging, $"is at block {head.Value}, before the end of the range at {end}");
                }

                return new(head.Value, Array.ConvertAll(calls, ToAnswer));
            },
            cancellation);
    }

    private static RawAnswer ToAnswer(RpcCall<System.Text.Json.JsonElement> call) => call.Error switch
    {
        null => new RawAnswer(call.Value, null, ReadOnlyMemory<byte>.Empty),

        // The node lacks it: another one may have it.
        { Kind: NodeErrorKind.Unsupported } error => throw new ProviderFaultException(
            ProviderFaultKind.Lacking, $"{call.Method} was refused: {error.Message}"),
        var error => new RawAnswer(default, error, call.RevertData),
    };
}
