using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Breakers;

/// <summary>Which breakers are open, as read within the last second or two: asking costs nothing. And the one place that takes evidence.</summary>
/// <remarks>Safe for concurrent use. While the database is away what was read last counts.</remarks>
/// <param name="routes">What an hour may lose.</param>
/// <param name="database">The records.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says what opens.</param>
public sealed partial class BreakerBoard(RelayRoutes routes, Database database, TimeProvider time, ILogger<BreakerBoard> logger)
{
    private const int Most = 10_000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private FrozenDictionary<(ChainId, BreakerKey), BreakerState> _active = FrozenDictionary<(ChainId, BreakerKey), BreakerState>.Empty;
    private long _readAt;
    private int _reading;

    /// <summary>Why a request is not paid for now.</summary>
    internal Refusal? Check(RelayCandidate candidate)
    {
        if (_readAt == 0 || time.GetElapsedTime(_readAt) > MaxAge)
        {
            Refresh();
        }

        if (_active.Count == 0)
        {
            return null;
        }

        var message = candidate.Message;
        var selector = message.Data.Length >= 4 ? message.Data.Span[..4] : message.Data.Span;
        var function = new BreakerKey(BreakerScope.Function, candidate.Caller.IsKnown, $"{message.To.ToString()[2..]}{Convert.ToHexStringLower(selector)}".ToLowerInvariant());
        var user = new BreakerKey(BreakerScope.User, candidate.Caller.IsKnown, message.From.ToString()[2..].ToLowerInvariant());
        return Check(candidate.Request.ChainId, function, RefusalCode.TargetFailing, "Calls of this function passed the simulation and failed on chain")
            ?? Check(candidate.Request.ChainId, user, RefusalCode.UserFailing, "This user's calls passed the simulation and failed on chain");
    }

    /// <summary>Takes how relays ended, in the transaction that records it.</summary>
    internal async Task RecordAsync(
        NpgsqlConnection connection, ChainId chainId, IReadOnlyList<RelayEnd> ends, CancellationToken cancellation)
    {
        // What goes well matters only where something failed lately: most of the time nothing is asked.
        if (ends.All(end => !end.HasFailed) && !_active.Keys.Any(key => key.Item1 == chainId && key.Item2.Scope == BreakerScope.Function))
        {
            return;
        }

        var evidence = await BreakerStore.ReadEvidenceAsync(connection, ends.Select(end => end.Id), cancellation);
        var events = evidence.SelectMany(item => KeysOf(item).Select(key => (Key: key, Evidence: item)))
            .Where(item => item.Evidence.HasFailed || _active.ContainsKey((chainId, item.Key))).ToArray();
        if (events.Length == 0)
        {
            return;
        }

        var (states, now) = await BreakerStore.LockAsync(connection, chainId, [.. events.Select(item => item.Key).Distinct()], cancellation);
        foreach (var (key, item) in events)
        {
            var before = states[key];
            states[key] = item.HasFailed ? before.Fail(key.Scope, item.Reason, item.Cost, routes.MostLostOn(chainId), now) : before.Succeed();
            if (states[key].OpenUntil is { } until && until != before.OpenUntil)
            {
                Log.Opens(logger, key.Scope, key.Subject, chainId, states[key].Reason, until);
            }
        }

        await BreakerStore.WriteAsync(connection, chainId, states, cancellation);
    }

    /// <summary>What matters now, read anew.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    internal async Task<IReadOnlyList<(ChainId ChainId, BreakerKey Key, BreakerState State)>> ReadAsync(CancellationToken cancellation)
    {
        var active = await BreakerStore.ReadActiveAsync(database, Most, cancellation);
        _active = active.ToFrozenDictionary(row => (row.ChainId, row.Key), row => row.State);
        _readAt = time.GetTimestamp();
        return active;
    }

    /// <summary>Functions whose last pause has been over for so long, and not for more than a week.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    internal Task<IReadOnlyList<(ChainId ChainId, BreakerKey Key)>> ReadCalmAsync(TimeSpan calm, CancellationToken cancellation) =>
        BreakerStore.ReadCalmAsync(database, calm, cancellation);

    private static IEnumerable<BreakerKey> KeysOf(BreakerEvidence evidence) =>
        [new(BreakerScope.Function, evidence.IsKnown, evidence.Function), new(BreakerScope.User, evidence.IsKnown, evidence.User)];

    private Refusal? Check(ChainId chainId, BreakerKey key, string code, string why) =>
        _active.TryGetValue((chainId, key), out var state) && time.GetUtcNow() is var now && state.IsOpen(now)
            ? new Refusal(code, $"{why} ({state.Reason}): no more of them are paid for until {state.OpenUntil:HH:mm:ss} UTC.", RetryAfter: state.OpenUntil - now)
            : null;

    private void Refresh()
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
        {
            return;
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await ReadAsync(CancellationToken.None);
            }
            catch (Exception away) when (away is NpgsqlException or SchemaUnusableException or ObjectDisposedException or InvalidOperationException or TimeoutException)
            {
                // What was read last counts; the next request tries again.
                _readAt = time.GetTimestamp();
            }
            finally
            {
                Interlocked.Exchange(ref _reading, 0);
            }
        });
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 330, Level = LogLevel.Warning, Message = "Relays to {Scope} {Subject} on chain {ChainId} keep failing on chain after they passed the simulation ({Reason}): no more are paid for until {Until}")]
        public static partial void Opens(ILogger logger, BreakerScope scope, string subject, ChainId chainId, string? reason, DateTimeOffset until);
    }
}

/// <summary>How a relay ended.</summary>
/// <param name="Id">The relay.</param>
/// <param name="HasFailed">It failed.</param>
internal readonly record struct RelayEnd(Hash32 Id, bool HasFailed);
