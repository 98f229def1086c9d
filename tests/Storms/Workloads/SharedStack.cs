using System.Numerics;
using DevChain;

namespace Storms.Workloads;

/// <summary>One chain and one database server that many storms share, each with a database and signers of its own.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "A stack of services, not a collection.")]
public sealed class SharedStack : IAsyncDisposable
{
    /// <summary>What each signer begins with, in wei.</summary>
    internal static readonly BigInteger SignerFunds = BigInteger.Pow(10, 21);

    // A pool that is worth the name: blocks come by the clock, not with each transaction.
    private static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(0.5);

    private SharedStack(DevStack stack)
    {
        Stack = stack;
        Chain = new ChainReader(stack.Node.Url);
    }

    internal DevStack Stack { get; }

    internal ChainReader Chain { get; }

    /// <summary>Starts chain and server, and deploys the contracts.</summary>
    /// <exception cref="DevChainException">A part does not start.</exception>
    public static async Task<SharedStack> StartAsync(Action<string>? progress = null, CancellationToken cancellation = default) =>
        new(await StartStackAsync(null, progress, cancellation));

    /// <summary>The same on a chain that was dumped, with the contracts that it has.</summary>
    /// <exception cref="DevChainException">A part does not start.</exception>
    public static async Task<SharedStack> StartAsync(DumpedChain chain, Action<string>? progress = null, CancellationToken cancellation = default) =>
        new(await StartStackAsync(chain, progress, cancellation));

    private static Task<DevStack> StartStackAsync(DumpedChain? chain, Action<string>? progress, CancellationToken cancellation) =>
        DevStack.StartAsync(
            new DevStackOptions
            {
                StartApp = false,
                Chain = chain,
                Anvil = new AnvilOptions { BlockTime = BlockTime, GasLimit = 300_000_000 },
                Progress = progress,
            },
            cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Chain.Dispose();
        await Stack.DisposeAsync();
    }
}
