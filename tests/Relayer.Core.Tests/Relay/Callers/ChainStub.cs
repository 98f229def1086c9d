using System.Reflection;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Relay.Callers;

/// <summary>Chains that are silent, or answer every call the same. Nothing else may be asked.</summary>
public class ChainStub : DispatchProxy, IChainClientFactory
{
    private IChainClient _client = null!;

    /// <summary>How often calls were asked for.</summary>
    internal int Asked { get; private set; }

    /// <summary>What each call returns; nothing for silence.</summary>
    internal byte[]? Answer { get; set; }

    /// <summary>The code that every account has; nothing where nobody may ask.</summary>
    internal byte[]? Code { get; set; }

    /// <inheritdoc/>
    public IChainClient Get(ChainId chainId) => _client;

    internal static ChainStub Create()
    {
        var client = Create<IChainClient, ChainStub>();
        var stub = (ChainStub)(object)client;
        stub._client = client;
        return stub;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Asked++;
        if (Code is { } code && targetMethod?.Name == nameof(IChainClient.ReadCodeAsync))
        {
            return Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([code]);
        }

        Assert.Equal(nameof(IChainClient.CallAgreedAsync), targetMethod?.Name);
        return Answer is { } answer
            ? Task.FromResult<IReadOnlyList<CallOutcome?>>([new CallOutcome.Returned(answer)])
            : Task.FromException<IReadOnlyList<CallOutcome?>>(new ChainUnavailableException(new ChainId(1), "nobody answers"));
    }
}
