using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions.Watch;

/// <summary>How each stage of the watch is: since when it fails, if it does.</summary>
/// <remarks>Safe for concurrent use. Kept in memory: it says how this instance is.</remarks>
/// <param name="chainId">The chain, for the log.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Each stage's first failure is said here, and that it works again.</param>
/// <param name="trouble">Says once for all that the database cannot be used: the stages' own lines have no cause then.</param>
internal sealed partial class StageHealth(ChainId chainId, TimeProvider time, ILogger logger, StorageTrouble? trouble = null)
{
    /// <summary>A stage that fails for so long counts as stalled.</summary>
    public static readonly TimeSpan StalledAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<WatchStage, (DateTimeOffset Since, string Kind)> _failing = [];
    private readonly HashSet<WatchStage> _worked = [];

    /// <summary>A new pass.</summary>
    public WatchPass Begin() => new(this);

    /// <summary>Those that have not succeeded for <see cref="StalledAfter"/>.</summary>
    public IReadOnlyList<StalledStage> FindStalled()
    {
        var before = time.GetUtcNow() - StalledAfter;
        lock (_gate)
        {
            return [.. _failing.Where(stage => stage.Value.Since <= before)
                .Select(stage => new StalledStage(stage.Key, stage.Value.Since, stage.Value.Kind)).OrderBy(stage => stage.Stage)];
        }
    }

    /// <summary>True when this instance has seen the stage succeed and not fail since.</summary>
    public bool Works(WatchStage stage)
    {
        lock (_gate)
        {
            return _worked.Contains(stage);
        }
    }

    /// <summary>Notes a success.</summary>
    public void Succeeded(WatchStage stage)
    {
        lock (_gate)
        {
            _worked.Add(stage);
            if (!_failing.Remove(stage))
            {
                return;
            }
        }

        Log.WorksAgain(logger, stage, chainId);
    }

    /// <summary>Notes a failure.</summary>
    public void Failed(WatchStage stage, Exception failure)
    {
        bool isNews;
        lock (_gate)
        {
            _worked.Remove(stage);
            isNews = !_failing.TryGetValue(stage, out var known);
            _failing[stage] = (isNews ? time.GetUtcNow() : known.Since, failure.GetType().Name);
        }

        if (isNews)
        {
            Log.StageFailed(logger, stage, chainId, trouble?.Tell(failure) is true ? null : failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 260, Level = LogLevel.Warning, Message = "The stage {Stage} of the watch on chain {ChainId} failed; the others go on, and it is tried again")]
        public static partial void StageFailed(ILogger logger, WatchStage stage, ChainId chainId, Exception? exception);

        [LoggerMessage(EventId = 261, Level = LogLevel.Information, Message = "The stage {Stage} of the watch on chain {ChainId} works again")]
        public static partial void WorksAgain(ILogger logger, WatchStage stage, ChainId chainId);
    }
}
