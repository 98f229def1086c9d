namespace Functions.Operators;

/// <summary>Tells who is refused: at once, and then once a minute with the count for as long as it goes on. Never what was shown.</summary>
/// <remarks>However many come, an address costs a line a minute, and there are at most <see cref="Most"/> of them. Safe for concurrent use.</remarks>
/// <param name="words">Whose keys they are.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class RefusalLog(KeyWords words, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How many addresses are told apart at a time.</summary>
    public const int Most = 100;

    private const string Others = "further addresses";
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private bool _isDisposed;

    /// <summary>Counts a call that was refused for its key.</summary>
    /// <param name="address">Where it came from.</param>
    /// <param name="reason"><c>missing</c>, <c>wrong</c> or <c>throttled</c>.</param>
    public void Note(string address, string reason)
    {
        words.Refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
        string? told = null;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var key = _entries.Count < Most || _entries.ContainsKey(address) ? address : Others;
            if (_entries.TryGetValue(key, out var entry))
            {
                entry.Count++;
                return;
            }

            told = key;
            _entries[key] = new Entry(time.CreateTimer(_ => Tell(key), null, Pause, Pause));
        }

        Log.Refused(logger, words.Called, told, reason);
    }

    /// <summary>Tells that a right key's role is too weak; each time, since it is somebody known.</summary>
    public void NoteRole(string name, string needed, string path)
    {
        words.Refused.Add(1, new KeyValuePair<string, object?>("reason", "role"));
        Log.Forbidden(logger, name, needed, path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var entry in _entries.Values)
            {
                entry.Timer.Dispose();
            }

            _entries.Clear();
        }
    }

    private void Tell(string key)
    {
        var count = 0;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                return;
            }

            (count, entry.Count) = (entry.Count, 0);
            if (count == 0)
            {
                entry.Timer.Dispose();
                _entries.Remove(key);
                return;
            }
        }

        Log.RefusedAgain(logger, words.Called, key, count);
    }

    private sealed class Entry(ITimer timer)
    {
        public ITimer Timer { get; } = timer;

        public int Count { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "{Called} called without a right key ({Reason}) from {Address}")]
        public static partial void Refused(ILogger logger, string called, string address, string reason);

        [LoggerMessage(1202, LogLevel.Warning, "{Called} called without a right key {Count} more times in a minute from {Address}")]
        public static partial void RefusedAgain(ILogger logger, string called, string address, int count);

        [LoggerMessage(1203, LogLevel.Warning, "Operator {Operator} was refused {Path}, which wants the role {Role}")]
        public static partial void Forbidden(ILogger logger, string @operator, string role, string path);
    }
}
