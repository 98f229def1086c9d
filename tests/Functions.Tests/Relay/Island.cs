using System.Numerics;
using DevChain;

namespace Functions.Tests.Relay;

/// <summary>A chain and a database server that tests may stop, each with its own app, database and signers.</summary>
public sealed class Islands : IAsyncLifetime
{
    private DevStack? _stack;

    public DevStack Stack => _stack!;

    public async ValueTask InitializeAsync() =>
        _stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }
    }

    /// <summary>An app of its own behind a proxy, with one signer.</summary>
    internal async Task<Island> SettleAsync(IReadOnlyDictionary<string, string>? settings = null, Action<NodeProxy>? before = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var signer = DevKey.Create();
        await Stack.Node.SetBalanceAsync(signer.Address.ToString(), BigInteger.Pow(10, 21), cancellation);
        var database = await Stack.Postgres.CreateDatabaseAsync(cancellation);
        var proxy = await NodeProxy.StartAsync(Stack.Node.Url);
        before?.Invoke(proxy);
        var all = AppSettings.For(Stack.Node.ChainId, new Uri(proxy.Url), database, Stack.Contracts, [signer]);
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            all[key] = value;
        }

        return new Island(await FunctionApp.StartAsync(all, cancellation: cancellation), proxy, new RelayWorld(Stack, database), signer);
    }
}

/// <summary>An app of its own.</summary>
internal sealed record Island(FunctionApp App, NodeProxy Node, RelayWorld World, DevKey Signer) : IAsyncDisposable
{
    public HttpClient Http => App.Http;

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Node.DisposeAsync();
    }
}
