using DevChain;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keepers.Views;
using Relayer.Core.Tests.Storage;
using SampleKeepers;

namespace Relayer.Core.Tests.Keepers.Views;

/// <summary>The sample keeper and its contract, on a chain and a database.</summary>
internal sealed class BookWorld(KeeperWorld keepers, DevContract book) : IAsyncDisposable
{
    public const string Name = "book";

    public KeeperWorld Keepers => keepers;

    public DevContract Book => book;

    public static async Task<BookWorld> StartAsync(PostgresFixture postgres, AnvilOptions? anvil = null, int signers = 1, ulong entries = 1)
    {
        var keepers = await KeeperWorld.StartAsync(postgres, anvil, signers);
        var book = await DevContract.DeployAsync(keepers.Node, "DueBook");
        var added = await book.SubmitAsync("add(uint256)", entries);
        await keepers.Node.MineAsync(1, KeeperWorld.Cancellation);
        await book.MinedAsync(added);
        return new BookWorld(keepers, book);
    }

    /// <summary>One more instance of the program with the sample keeper.</summary>
    public KeeperInstance Add(Action<BookOptions>? change = null, string? rpc = null, int confirmations = 0) =>
        Add<BookKeeper>(change, rpc, confirmations);

    /// <summary>The same with another keeper in its place.</summary>
    public KeeperInstance Add<TKeeper>(Action<BookOptions>? change = null, string? rpc = null, int confirmations = 0)
        where TKeeper : ViewKeeper<BookOptions>
    {
        var options = new BookOptions
        {
            Book = book.Address,
            Grace = TimeSpan.Zero,
            Every = TimeSpan.FromSeconds(5),
            MaxLossPerActionWei = new(100_000_000_000_000_000),
            MaxLossPerDayWei = new(1_000_000_000_000_000_000),
        };
        change?.Invoke(options);
        return keepers.Add(
            chain => chain.SetOwn(Name, options), rpc, confirmations, own: services => services.AddKeeper<TKeeper, BookOptions>(Name));
    }

    /// <summary>One tick, at which each of them looks.</summary>
    public async Task<RunRecord> TickAsync(KeeperInstance app)
    {
        keepers.Time.Advance(TimeSpan.FromSeconds(6));
        return await app.RunAsync(Name);
    }

    public Task<List<string>> DecisionsAsync(string subject = "%") => keepers.DecisionsAsync(subject);

    public async Task<ulong> TotalAsync() => await book.NumberAsync("total()");

    public ValueTask DisposeAsync() => keepers.DisposeAsync();
}
