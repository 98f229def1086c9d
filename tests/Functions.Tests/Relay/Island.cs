using System.Numerics;
using System.Text.Json.Nodes;
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

        return new Island(await FunctionApp.StartAsync(all, cancellation: cancellation), proxy, new RelayWorld(Stack, database), signer, all);
    }
}

/// <summary>An app of its own.</summary>
internal sealed record Island(
    FunctionApp App, NodeProxy Node, RelayWorld World, DevKey Signer, IReadOnlyDictionary<string, string> Settings) : IAsyncDisposable
{
    public HttpClient Http => App.Http;

    /// <summary>One more instance on the same database, behind the same proxy.</summary>
    public Task<FunctionApp> StartAnotherAppAsync() => FunctionApp.StartAsync(Settings, cancellation: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(App.Output); // Shown where the test failed.
        await Node.DisposeAsync();
    }

    public static void AssertUnavailable(Reply reply, string code)
    {
        reply.AssertProblem(503, code);
        Assert.NotNull(reply.RetryAfter);
        Assert.InRange(reply.RetryAfter.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    /// <summary>Posts as a frontend does that is told to come back.</summary>
    public async Task<Reply> PostUntilTakenAsync(JsonObject body)
    {
        Reply? reply = null;
        Assert.True(
            await RelayWorld.BecomesAsync(async () =>
            {
                reply = await Reply.PostAsync(Http, "api/relay", body);
                return reply.Status is 200 or 202;
            }),
            reply?.Text);
        return reply!;
    }

    /// <summary>All that the app ever did is a user's requests, each once.</summary>
    public async Task AssertOnceAsync(Wallet user, int count)
    {
        Assert.Equal(count, (await World.ExecutedAsync(user.Address)).Count);
        Assert.Equal((ulong)count, await World.CountAsync(user.Address));
        await AssertLedgerIsTheChainAsync(count);
    }

    /// <summary>As many transactions in the ledger as the signer sent, each with one relay.</summary>
    public async Task AssertLedgerIsTheChainAsync(long count)
    {
        Assert.Equal(count, await World.CountRowsAsync("relays"));
        Assert.Equal(count, await World.CountRowsAsync("transactions"));
        Assert.Equal(count, await World.NonceOnChainAsync(Signer.Address));
    }
}
