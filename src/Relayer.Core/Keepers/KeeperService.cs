using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;

namespace Relayer.Core.Keepers;

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
    /// <exception cref="NpgsqlException">The database is away: the next tick tries again.</exception>
    public async Task<IReadOnlyList<RunRecord>> RunAsync(string name, CancellationToken cancellation)
    {
        IKeeper[] keepers = [.. _registry.All.Where(keeper => keeper.Name == name)];
        if (keepers.Length == 0)
        {
            return [];
        }

        var isPaused = await _pauses.FindAsync(PauseScope.Keeper(name), cancellation) is not null;
        var runs = await Task.WhenAll(keepers.Select(keeper => RunOneAsync(keeper, isPaused, cancellation)));
        return [.. runs.OfType<RunRecord>()];
    }

    /// <summary>The slow second scan of every keeper that reads events.</summary>
    /// <exception cref="NpgsqlException">The database is away: the next tick tries again.</exception>
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
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task SweepAsync(CancellationToken cancellation) => _sweeper.SweepAsync(cancellation);

    private async Task<RunRecord?> RunOneAsync(IKeeper keeper, bool isPaused, CancellationToken cancellation)
    {
        var key = (keeper.Name, keeper.ChainId);
        if (!_running.TryAdd(key, true))
        {
            return null;
        }

        try
        {
            return await _runner.RunAsync(keeper, isPaused, cancellation);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or NpgsqlException))
        {
            // The boundary of one keeper: the others run on.
            Log.Failed(_logger, keeper.Name, keeper.ChainId, failure);
            return null;
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "Keeper {Keeper} on chain {ChainId} failed")]
        public static partial void Failed(ILogger logger, string keeper, ChainId chainId, Exception exception);
    }
}
