using Functions.Http;
using Relayer.Core.Relay;

namespace Functions.Operators;

/// <summary>What becomes of keys that are nobody's: they are told, counted, and not heard out for long.</summary>
/// <param name="words">Whose keys they should have been.</param>
/// <param name="callers">Says where a call comes from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told.</param>
internal sealed class WrongKeys(KeyWords words, CallerAddress callers, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly GuessLimiter _limiter = new();
    private readonly RefusalLog _log = new(words, time, logger);

    /// <summary>Notes a call that showed no key. It is no guess: it takes nothing from those who try.</summary>
    public void NoteMissing(HttpContext context) => _log.Note(callers.Of(context), "missing");

    /// <summary>Notes that a right key's role is too weak.</summary>
    public void NoteRole(string name, string needed, string path) => _log.NoteRole(name, needed, path);

    /// <summary>Notes a wrong key.</summary>
    /// <returns>429 where too many came; <see langword="null"/> where it is heard out.</returns>
    public ProblemResult? Note(HttpContext context)
    {
        var address = callers.Of(context);
        if (_limiter.Note(address) is { } wait)
        {
            _log.Note(address, "throttled");
            return Problems.Create(
                StatusCodes.Status429TooManyRequests, RefusalCode.TooManyRequests, "Too many wrong keys came from this address. A right one is let through at once.",
                retryAfter: wait);
        }

        _log.Note(address, "wrong");
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _limiter.Dispose();
        _log.Dispose();
    }
}
