using DevChain;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>One chain and one database server for many attacks, with the attackers' contracts on the chain.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "A stack of services, not a collection.")]
public sealed class AbuseStack : IAsyncDisposable
{
    private AbuseStack(SharedStack shared, TrapContracts traps, string template) => (Shared, Contracts, Template) = (shared, traps, template);

    internal SharedStack Shared { get; }

    internal TrapContracts Contracts { get; }

    /// <summary>A database that has its schema already: making it takes longer than many an attack.</summary>
    internal string Template { get; }

    /// <summary>Starts chain and server, and deploys everything.</summary>
    /// <exception cref="DevChainException">A part does not start.</exception>
    public static async Task<AbuseStack> StartAsync(Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var shared = await SharedStack.StartAsync(progress, cancellation);
        try
        {
            progress?.Invoke("Deploying the traps…");
            var traps = await TrapContracts.DeployAsync(shared.Stack.Node);
            return new AbuseStack(shared, traps, await MakeTemplateAsync(shared, cancellation));
        }
        catch
        {
            await shared.DisposeAsync();
            throw;
        }
    }

    /// <summary>Signers for many relayers, two for each, with money that no reorganisation takes back any more.</summary>
    internal async Task<IReadOnlyList<DevKey>> FundAsync(int relayers, CancellationToken cancellation)
    {
        DevKey[] keys = [.. Enumerable.Range(0, relayers * Field.ForRelays).Select(_ => DevKey.Create())];
        foreach (var key in keys)
        {
            await Shared.Stack.Node.SetBalanceAsync(key.Address.ToString(), SharedStack.SignerFunds, cancellation);
        }

        await Shared.Stack.Node.MineAsync(Market.Confirmations + 1, cancellation);
        return keys;
    }

    private static async Task<string> MakeTemplateAsync(SharedStack shared, CancellationToken cancellation)
    {
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions(), cancellation);
        await relayer.StartAsync(0, null, cancellation);
        await relayer.At(0).WaitUntilReadyAsync(cancellation);
        return relayer.Database;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Shared.DisposeAsync();
}
