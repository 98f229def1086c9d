using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>A database with three signers whose counters are at zero, and the engine's statements, each in a transaction of its own.</summary>
internal sealed class StoreWorld : IAsyncDisposable
{
    public static readonly ChainId Chain = new(31337);
    public static readonly Wei Rich = new(UInt256.MaxValue);
    public static readonly SignerBalance[] SignerBalances = [.. Enumerable.Range(1, 3).Select(i => new SignerBalance(Plans.Account((byte)i), Rich))];

    private StoreWorld(TestDatabase database) => Database = database;

    public TransactionStore Store { get; } = new(TimeProvider.System);

    public TestDatabase Database { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<StoreWorld> StartAsync(PostgresFixture postgres)
    {
        var world = new StoreWorld(await TestDatabase.CreateAsync(postgres));
        await world.SyncAsync([.. SignerBalances.Select(balance => (balance.Address, 0UL))]);
        return world;
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    public async Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        SignerBalance[] balances, int maxInFlight, TransactionPlan[] plans, bool commit = true)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var reserved = await Store.ReserveAsync(connection, Chain, balances, maxInFlight, plans, Cancellation);
        if (!commit)
        {
            await transaction.RollbackAsync(Cancellation);
            return [];
        }

        await transaction.CommitAsync(Cancellation);
        return reserved;
    }

    public async Task<IReadOnlyList<Address>> SyncAsync((Address, ulong)[] nonces)
    {
        await using var connection = await Database.OpenAsync();
        return await Store.SyncSignersAsync(connection, Chain, nonces, Cancellation);
    }

    public async Task<IReadOnlyList<OpenTransaction>> ReadOpenAsync()
    {
        await using var connection = await Database.OpenAsync();
        return (await TransactionStore.ReadOpenAsync(connection, Chain, Guid.Empty, 1_000, Cancellation)).Page;
    }

    public async Task<IReadOnlySet<Guid>> StoreAsync(Guid id, Attempt attempt)
    {
        await using var connection = await Database.OpenAsync();
        return await Store.StoreAttemptsAsync(connection, [(id, attempt)], Cancellation);
    }

    public static Attempt Attempt(int number, string text, bool isNoop)
    {
        var raw = System.Text.Encoding.ASCII.GetBytes(text);
        return new Attempt(number, Keccak256.Hash(raw), raw, isNoop);
    }
}
