using DevChain;

namespace Functions.Tests.Relay;

/// <summary>One chain, one database and one app for all tests that leave them whole.</summary>
public class RelayFixture : IAsyncLifetime
{
    private DevStack? _stack;
    private BadInput? _spent;

    public DevStack Stack => _stack!;

    public HttpClient Http => Stack.App.Http;

    internal RelayWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _stack = await DevStack.StartAsync(new DevStackOptions { AppProgram = await ProgramAsync() });
        World = new RelayWorld(_stack);
    }

    /// <summary>A user whose first nonce is spent with both forwarders, made once.</summary>
    internal async Task<BadInput> SpendAsync()
    {
        if (_spent is null)
        {
            var (user, nonce) = (new Wallet(), RelayWorld.RandomNonce());
            foreach (var body in new[] { World.Post(World.OpenZeppelin, user), World.Post(World.Infinex, user, nonce) })
            {
                var posted = await Reply.PostAsync(Http, "api/relay", body);
                Assert.Equal(202, posted.Status);
                Assert.Equal("confirmed", (await RelayWorld.WaitAsync(Http, posted["id"]!))["state"]);
            }

            _spent = new BadInput(World, user, nonce);
        }

        return _spent;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The Functions host stands in front, with answers of its own to what no function takes.</summary>
    public virtual bool IsHosted => false;

    /// <summary>The app; null is the one that serves alone.</summary>
    protected virtual Task<string?> ProgramAsync() => Task.FromResult<string?>(null);
}

/// <summary>The same with the published worker behind the Functions host's stand-in.</summary>
public sealed class HostedRelayFixture : RelayFixture
{
    public override bool IsHosted => true;

    protected override async Task<string?> ProgramAsync() => await PublishedWorker.EnsureAsync(TestContext.Current.CancellationToken);
}

/// <summary>Tests of this collection run one after the other.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word for it.")]
[Trait("needs", "services")]
public sealed class RelayCollection : ICollectionFixture<RelayFixture>
{
    public const string Name = "relay";
}

/// <summary>Tests of this collection run one after the other.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word for it.")]
[Trait("needs", "services")]
public sealed class HostedRelayCollection : ICollectionFixture<HostedRelayFixture>
{
    public const string Name = "relay behind the Functions host";
}
