using DevChain;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>One chain and one database server for many attacks, with the attackers' contracts on the chain.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "A stack of services, not a collection.")]
public sealed class AbuseStack : IAsyncDisposable
{
    private AbuseStack(SharedStack shared, Blocks blocks, TrapContracts traps, string template) =>
        (Shared, Blocks, Contracts, Template) = (shared, blocks, traps, template);

    internal SharedStack Shared { get; }

    internal Blocks Blocks { get; }

    internal TrapContracts Contracts { get; }

    /// <summary>A database that has its schema already: making it takes longer than many an attack.</summary>
    internal string Template { get; }

    /// <summary>Starts chain and server, and deploys everything.</summary>
    /// <exception cref="DevChainException">A part does not start.</exception>
    public static async Task<AbuseStack> StartAsync(Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var shared = await SharedStack.StartAsync(progress, cancellation);
        Blocks? blocks = null;
        try
        {
            blocks = await Blocks.StartAsync(shared, cancellation);
            progress?.Invoke("Deploying the traps…");
            var traps = await TrapContracts.DeployAsync(shared.Stack.Node);
            await AdmittedUsers.DeployAsync(shared.Stack.Node, cancellation);
            return new AbuseStack(shared, blocks, traps, await MakeTemplateAsync(shared, cancellation));
        }
        catch
        {
            await (blocks?.DisposeAsync() ?? ValueTask.CompletedTask);
            await shared.DisposeAsync();
            throw;
        }
    }

    /// <summary>Keys for many relayers, with money and admissions that no reorganisation takes back any more.</summary>
    /// <param name="relayers">How many.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="admitted">Users of each that the contract admits.</param>
    internal async Task<IReadOnlyList<FieldKeys>> FundAsync(int relayers, CancellationToken cancellation, int admitted = FieldKeys.FewAdmitted)
    {
        FieldKeys[] all = [.. Enumerable.Range(0, relayers).Select(_ => new FieldKeys(Create(Field.ForRelays), Create(admitted)))];
        foreach (var key in all.SelectMany(keys => keys.Signers))
        {
            await Shared.Stack.Node.SetBalanceAsync(key.Address.ToString(), SharedStack.SignerFunds, cancellation);
        }

        await AdmittedUsers.AdmitAsync(this, all.SelectMany(keys => keys.Admitted), cancellation);
        await Shared.Stack.Node.MineAsync(Market.Confirmations + 1, cancellation);
        return all;

        static DevKey[] Create(int count) => [.. Enumerable.Range(0, count).Select(_ => DevKey.Create())];
    }

    private static async Task<string> MakeTemplateAsync(SharedStack shared, CancellationToken cancellation)
    {
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions(), cancellation);
        await relayer.StartAsync(0, null, cancellation);
        await relayer.At(0).WaitUntilReadyAsync(cancellation);
        return relayer.Database;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Blocks.DisposeAsync();
        await Shared.DisposeAsync();
    }
}

/// <summary>Keys that are made before an app starts.</summary>
/// <param name="Signers">Those that pay for relays.</param>
/// <param name="Admitted">Users that the contract admits.</param>
internal sealed record FieldKeys(IReadOnlyList<DevKey> Signers, IReadOnlyList<DevKey> Admitted)
{
    /// <summary>Enough for seconds: each may ask for so many relays in a minute.</summary>
    public const int FewAdmitted = 8;

    /// <summary>Enough for an attack of its own.</summary>
    public const int ManyAdmitted = 96;
}
