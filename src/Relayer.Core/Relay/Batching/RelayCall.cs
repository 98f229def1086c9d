using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Batching;

/// <summary>The call to the forwarder that carries one request or several.</summary>
/// <param name="Data">Calldata of <c>execute</c> or <c>executeBatch</c>.</param>
/// <param name="Gas">The outer gas limit.</param>
internal sealed record RelayCall(byte[] Data, ulong Gas)
{
    /// <summary><c>execute</c> of one request.</summary>
    public static RelayCall For(RelayRequest request, Forwarder forwarder)
    {
        var data = forwarder.EncodeExecute(request.Message, request.Signature);
        return new RelayCall(data, OuterGas.For(forwarder, [request.Message], data));
    }

    /// <summary><c>executeBatch</c> of several: what is invalid is skipped, and nobody's failure is another's.</summary>
    /// <param name="requests">In nonce order where one user has several.</param>
    /// <param name="forwarder">The forwarder of all of them.</param>
    /// <param name="refundReceiver">Any account of ours: not zero, for then one bad request would revert all.</param>
    public static RelayCall ForMany(IReadOnlyList<RelayRequest> requests, Forwarder forwarder, Address refundReceiver)
    {
        var data = forwarder.EncodeExecuteBatch([.. requests.Select(request => (request.Message, request.Signature))], refundReceiver);
        return new RelayCall(data, OuterGas.For(forwarder, [.. requests.Select(request => request.Message)], data));
    }
}
