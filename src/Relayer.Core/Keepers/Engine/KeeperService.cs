using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Operations;

namespace Relayer.Core.Keepers.Engine;

/// <summary>Runs the configured keepers, as their timers say.</summary>
/// <remarks>
/// One run of a keeper at a time in each process; several processes may run the same keeper: the records decide who sends.
/// </remarks>
public sealed partial class KeeperService
{
    private readonly KeeperRegistry _registry;
    private readonly KeeperRunner _runner;
    private readonly KeeperSweeper _sweeper;
    private readonly Pauses _pauses;
    private readonly ILogger<KeeperService> _logger;
    private readonly ConcurrentDictionary<(string, ChainId), bool> _running = new();

    internal KeeperService(
        KeeperRegistry registry, KeeperRunner runner, KeeperSweeper sweeper, Pauses pauses, ILogger<KeeperService> logger)
    {
        (_registry, _runner, _sweeper, _pauses, _logger) = (registry, runner, sweeper, pauses, logger);
    }

    /// <summary>The configured keepers.</summary>
    public IReadOnlyList<IKeeper> Keepers => _registry.All;

    /// <summary>Runs the keepers of one kind, on every chain that has one configured.</summary>
    /// <returns>How each run went that was not under way already.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable: the next tick tries again.</exception>
    public async Task<IReadOnlyList<RunRecord>> RunAsync(string name, CancellationToken cancellation)
    {
        var runs = await Task.WhenAll(
            _registry.All.Where(keeper => keeper.Name == name).Select(keeper => RunOneAsync(keeper, cancellation)));
        return [.. runs.SelectMany(ofOne => ofOne)];
    }

    /// <summary>Runs the keepers of one's own, each as often as its <c>Every</c> says.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable: the next tick tries again.</exception>
    public Task RunOwnAsync(CancellationToken cancellation) =>
        Task.WhenAll(_registry.All.Where(keeper => keeper is IOwnKeeper).Select(keeper => RunOneAsync(keeper, cancellation)));

    /// <summary>The slow second scan of every keeper that reads events.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable: the next tick tries again.</exception>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        foreach (var keeper in _registry.All.Where(keeper => keeper is IRecoveringKeeper))
        {
            try
            {
                await ((IRecoveringKeeper)keeper).RecoverAsync(cancellation);
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or NpgsqlException))
            {
                Log.Failed(_logger, keeper.Name, keeper.ChainId, failure);
            }
        }
    }

    /// <summary>Removes what is older than is kept.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task SweepAsync(CancellationToken cancellation) => _sweeper.SweepAsync(cancellation);

    /// <summary>Runs once, and again at once as long as a run leaves something over: the next tick may be seconds away.</summary>
    private async Task<IReadOnlyList<RunRecord>> RunOneAsync(IKeeper keeper, CancellationToken cancellation)
    {
        var key = (keeper.Name, keeper.ChainId);
        var runs = new List<RunRecord>();
        if (!_running.TryAdd(key, true))
        {
            return runs;
        }

        try
        {
            do
            {
                var isPaused = await _pauses.FindAsync(PauseScope.Keeper(keeper.Name), cancellation) is not null;
                runs.Add(await _runner.RunAsync(keeper, isPaused, cancellation));
            }
            while (KeeperRunner.LeavesMore(runs[^1]));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or NpgsqlException))
        {
            // The boundary of one keeper: the others run on.
            Log.Failed(_logger, keeper.Name, keeper.ChainId, failure);
        }
        finally
        {
            _running.TryRemove(key, out _);
        }

        return runs;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "Keeper {Keeper} on chain {ChainId} failed")]
        public static partial void Failed(ILogger logger, string keeper, ChainId chainId, Exception exception);
    }
}
