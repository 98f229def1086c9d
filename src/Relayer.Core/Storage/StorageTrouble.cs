using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>Says in the log why the database cannot be used: a cause once in a minute, however many calls and timers meet it.</summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class StorageTrouble(TimeProvider time, ILogger<StorageTrouble> logger)
{
    /// <summary>For how long a cause is not said again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // What a server says may have a number of the moment in it.
    private const int MostCauses = 100;

    private readonly ConcurrentDictionary<string, long> _said = new(StringComparer.Ordinal);

    /// <summary>For tests: how many causes are remembered.</summary>
    internal int Count => _said.Count;

    /// <summary>Says the cause of a failure, unless it was said just now.</summary>
    /// <returns>False when the failure is another one, which is the caller's to log.</returns>
    public bool Tell(Exception failure)
    {
        if (!StorageFailures.IsOne(failure) || !IsDatabases(failure))
        {
            return false;
        }

        var cause = StorageFailures.CauseOf(failure);
        var now = time.GetTimestamp();
        if (_said.TryGetValue(cause, out var before) ? time.GetElapsedTime(before, now) >= Pause && _said.TryUpdate(cause, now, before) : _said.TryAdd(cause, now))
        {
            if (_said.Count > MostCauses)
            {
                _said.Clear();
                _said.TryAdd(cause, now);
            }

            Log.Unusable(logger, cause, (int)Pause.TotalSeconds);
        }

        return true;
    }

    // A chain or a vault that is away has lost a connection too.
    private static bool IsDatabases(Exception failure) => failure is SocketException or TimeoutException || IsOfNpgsql(failure);

    private static bool IsOfNpgsql(Exception failure) =>
        failure is NpgsqlException or SchemaUnusableException || (failure.InnerException is { } inner && IsOfNpgsql(inner));

    private static partial class Log
    {
        [LoggerMessage(EventId = 102, Level = LogLevel.Error, Message = "The database cannot be used: {Cause}. Calls and timers fail until it can; this is said again after {Seconds} seconds")]
        public static partial void Unusable(ILogger logger, string cause, int seconds);
    }
}
