using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>One process of the relayer, as far as the engine goes. It can die at any call, and then does nothing any more.</summary>
/// <remarks>Its watch finds no node: the scenario decides when it looks after what is open.</remarks>
internal sealed class Instance : IAsyncDisposable, IChainClientFactory, ISignerSource
{
    private readonly ISignerSource _signers;
    private readonly NpgsqlDataSource _source;
    private readonly ChainEngines _engines;
    private readonly ChainProxy _chain;
    private Death? _death;
    private int _calls;

    public Instance(EngineWorld world)
    {
        _signers = world.Signers;
        _chain = ChainProxy.Around(world.Chain, this);
        _source = NpgsqlDataSource.Create(world.Database.ConnectionString);
        var database = new Database(_source, new Migrator(_source, NullLogger<Migrator>.Instance));
        _engines = new ChainEngines(
            world.Options, this, this, database, new Lazy<IEnumerable<ITransactionHandler>>(() => [world.Purpose]), world.Time, new LoggerFactory([world.Logs]));
        Engine = _engines.Get(new ChainId(world.Node.ChainId));
    }

    public ChainEngine Engine { get; }

    public bool IsDead { get; private set; }

    /// <summary>What happens until the next step.</summary>
    public void Expect(Sending sending, Death? death)
    {
        _chain.Sending = sending;
        (_death, _calls) = (death, 0);
    }

    IChainClient IChainClientFactory.Get(ChainId chainId) => (IChainClient)(object)_chain;

    public ValueTask<IReadOnlyList<ISigner>> GetSignersAsync(ChainId chainId, CancellationToken cancellation) =>
        _signers.GetSignersAsync(chainId, cancellation);

    public async ValueTask<ISigner?> FindAsync(ChainId chainId, Address address, CancellationToken cancellation) =>
        await CallAsync(() => _signers.FindAsync(chainId, address, cancellation).AsTask());

    /// <summary>Makes a call, unless the process dies first.</summary>
    public async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var isLast = _death is { } death && Interlocked.Increment(ref _calls) == death.Calls;
        if (IsDead || (isLast && !_death!.IsAfter))
        {
            throw Die();
        }

        var answer = await call();
        return isLast || IsDead ? throw Die() : answer;
    }

    public async ValueTask DisposeAsync()
    {
        IsDead = true;
        await _source.DisposeAsync();
        await _engines.DisposeAsync();
    }

    // Not one of the failures that the engine deals with: it ends whatever it was doing.
    private OperationCanceledException Die()
    {
        IsDead = true;
        return new OperationCanceledException("the process is dead");
    }
}
