using Storms.Workloads;

namespace Functions.Tests.Storms;

/// <summary>What all storms share; they come one after the other, and when everything else is done.</summary>
public sealed class StormFixture : IAsyncLifetime
{
    private SharedStack? _shared;

    public SharedStack Stack => _shared!;

    public async ValueTask InitializeAsync() => _shared = await SharedStack.StartAsync(cancellation: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
        {
            await _shared.DisposeAsync();
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
