using Storms.Field;

namespace Functions.Tests.Storms;

/// <summary>The ground of all storms; they come one after the other, and when everything else is done.</summary>
public sealed class StormFixture : IAsyncLifetime
{
    private Ground? _ground;

    public Ground Ground => _ground!;

    public async ValueTask InitializeAsync() => _ground = await Ground.StartAsync(cancellation: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_ground is not null)
        {
            await _ground.DisposeAsync();
        }
    }
}

/// <summary>Storms take both cores: neither they nor others should starve.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word for it.")]
[Trait("needs", "services")]
public sealed class StormCollection : ICollectionFixture<StormFixture>
{
    public const string Name = "storms";
}
