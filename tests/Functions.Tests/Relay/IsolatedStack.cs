using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;

namespace Functions.Tests.Relay;

/// <summary>A chain and a database server that tests may stop, each with its own app, database and signers.</summary>
public sealed class IsolatedStacks : IAsyncLifetime
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
    /// <param name="settings">Settings that replace or add to the usual ones.</param>
    /// <param name="before">Is done with the proxy before the app starts.</param>
    /// <param name="program">The app; null is the one that serves alone.</param>
    /// <param name="connections">How many connections to the database it may open; null is as many as by default.</param>
    internal async Task<IsolatedStack> SettleAsync(
        IReadOnlyDictionary<string, string>? settings = null, Action<NodeProxy>? before = null, string? program = null, int? connections = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var signer = DevKey.Create();
        await Stack.Node.SetBalanceAsync(signer.Address.ToString(), IsolatedStack.Ether * BigInteger.Pow(10, 18), cancellation);
        var database = await Stack.Postgres.CreateMigratedDatabaseAsync(cancellation);
        var proxy = await NodeProxy.StartAsync(Stack.Node.Url, TestContext.Current.CancellationToken);
        before?.Invoke(proxy);
        var pool = connections is { } most ? $"{database};Maximum Pool Size={most}" : database;
        var all = AppSettings.For(Stack.Node.ChainId, new Uri(proxy.Url), pool, Stack.Contracts, [signer]);
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            all[key] = value;
        }

        return new IsolatedStack(Stack, await FunctionApp.StartAsync(all, program: program, cancellation: cancellation), proxy, new RelayWorld(Stack, database), signer, all);
    }
}

/// <summary>An app of its own.</summary>
internal sealed record IsolatedStack(
    DevStack Stack, FunctionApp App, NodeProxy Node, RelayWorld World, DevKey Signer, IReadOnlyDictionary<string, string> Settings) : IAsyncDisposable
{
    /// <summary>What the signer begins with.</summary>
    public const int Ether = 1_000;

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
                try
                {
                    reply = await Reply.PostAsync(Http, "api/relay", body);
                    return reply.Status is 200 or 202;
                }
                catch (HttpRequestException)
                {
                    return false; // The app was killed, and is started again.
                }
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

    /// <summary>
    /// As many transactions in the ledger as the signer sent; what the requests are said to have cost, what the transactions cost, and what
    /// the signer paid are the same to the wei.
    /// </summary>
    public async Task AssertLedgerIsTheChainAsync(long count)
    {
        Assert.Equal(count, await World.CountRowsAsync("relays"));
        Assert.Equal(await World.CountRowsAsync("transactions"), await World.NonceOnChainAsync(Signer.Address));
        Assert.True(await RelayWorld.BecomesAsync(async () => await World.AskAsync("select count(*) from relays where state < 3") is 0L));
        var paid = (Ether * BigInteger.Pow(10, 18)) - await Stack.Node.BalanceAsync(Signer.Address.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal($"{paid}", await World.AskAsync("select sum(fee)::text from transactions"));
        Assert.Equal($"{paid}", await World.AskAsync("select sum(fee)::text from relays"));
    }
}
