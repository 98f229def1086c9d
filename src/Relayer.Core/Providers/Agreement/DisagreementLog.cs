using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Providers.Agreement;

/// <summary>Keeps what providers disagree about as evidence, once each, and says what is wrong with them now.</summary>
/// <remarks>Safe for concurrent use. Nothing waits for the record: without a database it is written down when the same is said again.</remarks>
/// <param name="options">How this instance is called.</param>
/// <param name="database">Where it is kept.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said.</param>
public sealed partial class DisagreementLog(RelayerOptions options, Database database, TimeProvider time, ILogger<DisagreementLog> logger)
{
    /// <summary>So long after the last one a person still hears of it.</summary>
    public static readonly TimeSpan ToldFor = TimeSpan.FromMinutes(15);

    /// <summary>What a reorg or a node that is a block behind may explain is told only after going on for so long.</summary>
    public static readonly TimeSpan Explained = TimeSpan.FromMinutes(1);

    // Named in an incident; and known to be written down.
    private const int Shown = 3;
    private const int Remembered = 4_096;

    private readonly Lock _gate = new();
    private readonly HashSet<(ChainId, string)> _kept = [];
    private readonly Dictionary<ChainId, Recent> _recent = [];

    /// <summary>Notes what was found now.</summary>
    public async Task NoteAsync(ChainId chainId, IReadOnlyList<Disagreement> found, CancellationToken cancellation)
    {
        if (found.Count == 0)
        {
            return;
        }

        Disagreement[] news;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _recent[chainId] = (_recent.GetValueOrDefault(chainId) ?? new Recent(now, now, null, [])).After(found, now);
            news = [.. found.Where(one => _kept.Add((chainId, one.ToString())))];
        }

        if (news.Length > 0)
        {
            await KeepAsync(chainId, news, cancellation);
        }
    }

    /// <summary>What a person should know of a chain's providers now, in a line; nothing while all is well, or a reorg may explain it.</summary>
    public string? FindTrouble(ChainId chainId)
    {
        lock (_gate)
        {
            return _recent.GetValueOrDefault(chainId)?.ToTell(time.GetUtcNow());
        }
    }

    /// <summary>What is kept, the newest first.</summary>
    /// <param name="before">Older than this number.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<KeptStatement>> ListAsync(long before, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await DisagreementStore.ListAsync(connection, before, limit, cancellation);
    }

    private async Task KeepAsync(ChainId chainId, Disagreement[] news, CancellationToken cancellation)
    {
        foreach (var one in news.Take(Shown))
        {
            Log.Disagree(logger, chainId, one);
        }

        try
        {
            await using var connection = await database.OpenAsync(cancellation);
            await DisagreementStore.AddAsync(connection, chainId, news, options.ObservedFrom, time.GetUtcNow(), cancellation);
        }
        catch (NpgsqlException away)
        {
            Log.NotKept(logger, chainId, away);
            lock (_gate)
            {
                _kept.ExceptWith(news.Select(one => (chainId, one.ToString())));
            }
        }

        lock (_gate)
        {
            if (_kept.Count > Remembered)
            {
                _kept.Clear();
            }
        }
    }

    /// <summary>What goes on at a chain.</summary>
    private sealed record Recent(DateTimeOffset Since, DateTimeOffset LastAt, DateTimeOffset? FlagrantAt, IReadOnlyList<Disagreement> Newest)
    {
        public Recent After(IReadOnlyList<Disagreement> found, DateTimeOffset now) => new(
            now - LastAt > Explained ? now : Since,
            now,
            found.Any(one => one.IsFlagrant) ? now : FlagrantAt,
            [.. found.OrderByDescending(one => one.IsFlagrant).Concat(now - LastAt > ToldFor ? [] : Newest.Where(one => one.IsFlagrant)).DistinctBy(one => one.ToString()).Take(Shown)]);

        public string? ToTell(DateTimeOffset now) =>
            now - FlagrantAt <= ToldFor || (now - LastAt <= ToldFor && LastAt - Since >= Explained) ? string.Join(". ", Newest) : null;
    }

    private static partial class Log
    {
        [LoggerMessage(2004, LogLevel.Warning, "Chain {ChainId}: the providers disagree about {Disagreement}")]
        public static partial void Disagree(ILogger logger, ChainId chainId, Disagreement disagreement);

        [LoggerMessage(2005, LogLevel.Warning, "Chain {ChainId}: what the providers disagree about could not be kept; tried again when they say it again")]
        public static partial void NotKept(ILogger logger, ChainId chainId, Exception exception);
    }
}
