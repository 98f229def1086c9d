using Storms.Workloads;

namespace Functions.Tests.Storms;

/// <summary>What all storms share; they come one after the other, beside the other tests: a busy machine is part of it.</summary>
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

/// <summary>One after the other: some of them take the whole server of the shared stack.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's word for it.")]
[Trait("needs", "services")]
public sealed class StormCollection : ICollectionFixture<StormFixture>
{
    public const string Name = "storms";
}
