using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;
using Newtonsoft.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using RpcError = Nethereum.JsonRpc.Client.RpcMessages.RpcError;

namespace Relayer.Core.Nethereum;

/// <summary>Nethereum's way to a node: through the provider pool, with its heights, time limits and failover.</summary>
/// <remarks>
/// A node's refusal is a <see cref="RpcResponseException"/> with the node's code, words and revert data; that nobody answers is a
/// <see cref="ChainUnavailableException"/>; a method that is not served is a <see cref="NotSupportedException"/>. Safe for concurrent use.
/// </remarks>
/// <param name="chain">The chain.</param>
internal sealed class PoolClient(IRawReadings chain) : ClientBase
{
    private static readonly JsonSerializerSettings Format = DefaultJsonSerializerSettingsFactory.BuildDefaultJsonSerializerSettings();

    public override async Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string route = null!) =>
        (await SendAsync([rpcRequestMessage]))[0];

    protected override async Task<RpcResponseMessage[]> SendAsync(RpcRequestMessage[] requests)
    {
        if (requests.Length == 0)
        {
            return [];
        }

        Array.ForEach(requests, request => ReadMethods.Require(request.Method));
        var answers = await chain.ReadRawAsync(Array.ConvertAll(requests, ToRead), SendScope.Current?.Cancellation ?? CancellationToken.None);
        return [.. requests.Zip(answers, ToResponse)];
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The app is not trimmed; Nethereum needs reflection throughout.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "The app is not compiled ahead of time; Nethereum needs reflection throughout.")]
    private static RawRead ToRead(RpcRequestMessage request)
    {
        using var parameters = JsonDocument.Parse(JsonConvert.SerializeObject(request.RawParameters ?? Array.Empty<object>(), Format));
        return new RawRead(request.Method, parameters.RootElement.Clone());
    }

    private static RpcResponseMessage ToResponse(RpcRequestMessage request, RawAnswer answer) => answer.Error is { } error
        ? new RpcResponseMessage(request.Id, new RpcError
        {
            Code = error.Code,
            Message = error.Message,
            Data = error.Kind == NodeErrorKind.Reverted ? Hex.Encode(answer.RevertData.Span) : null,
        })
        : new RpcResponseMessage(request.Id, (object)answer.Result);
}
