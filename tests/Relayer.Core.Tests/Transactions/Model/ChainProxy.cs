using System.Reflection;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>An instance's way to the node: every call may be its last, and what it sends may be mistreated.</summary>
public class ChainProxy : DispatchProxy
{
    private static readonly NodeError Stale = new(NodeErrorKind.NonceTooLow, -32603, "nonce too low");
    private static readonly NodeError Hopeless = new(NodeErrorKind.GasLimitTooHigh, -32000, "exceeds block gas limit");
    private static readonly NodeError Full = new(NodeErrorKind.PoolFull, -32000, "txpool is full");

    private IChainClient _chain = null!;
    private Instance _instance = null!;

    internal Sending Sending { get; set; }

    internal static ChainProxy Around(IChainClient chain, Instance instance)
    {
        var proxy = (ChainProxy)(object)Create<IChainClient, ChainProxy>();
        (proxy._chain, proxy._instance) = (chain, instance);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (targetMethod is { Name: nameof(IChainClient.ReadReceiptsAsync) } && args is [IReadOnlyList<Hash32> { Count: 0 }, ..])
        {
            // Only the watch asks for the height alone. (Task.FromException: it must not see this before it awaits.)
            return Task.FromException<ReceiptsAtHead>(new ChainUnavailableException(_chain.ChainId, "the steps decides when to look"));
        }

        if (targetMethod is { Name: nameof(IChainClient.SendRawAsync) } && args is [IReadOnlyList<ReadOnlyMemory<byte>> raw, ..])
        {
            return _instance.CallAsync(() => SendAsync(raw));
        }

        var result = targetMethod.ReturnType;
        return result.IsGenericType && result.GetGenericTypeDefinition() == typeof(Task<>)
            ? typeof(ChainProxy).GetMethod(nameof(CallAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
                .MakeGenericMethod(result.GenericTypeArguments).Invoke(this, [targetMethod, args])
            : targetMethod.Invoke(_chain, args);
    }

    private Task<T> CallAsync<T>(MethodInfo method, object?[]? args) => _instance.CallAsync(() => (Task<T>)method.Invoke(_chain, args)!);

    private async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> raw)
    {
        switch (Sending)
        {
            case Sending.Refused:
                return [.. raw.Select(_ => new SendOutcome(Full))];
            case Sending.CalledStale:
                return [.. raw.Select(_ => new SendOutcome(Stale))];
            case Sending.CalledHopeless:
                return [.. raw.Select(_ => new SendOutcome(Hopeless))];
            case Sending.Lost:
                return [.. raw.Select(_ => default(SendOutcome))];
            case Sending.Unanswered:
                await _chain.SendRawAsync(raw, EngineWorld.Cancellation);
                throw new ChainUnavailableException(_chain.ChainId, "the answer did not arrive");
            default:
                return await _chain.SendRawAsync(raw, EngineWorld.Cancellation);
        }
    }
}
