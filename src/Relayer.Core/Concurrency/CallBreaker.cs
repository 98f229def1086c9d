namespace Relayer.Core.Concurrency;

/// <summary>
/// Whether somebody who answers each call or fails it is asked: closed; after some failures in a row open, so that calls fail at once; and every
/// pause one call is let through to find out.
/// </summary>
/// <remarks>
/// Whoever is let through and gives up says nothing: the next one comes a pause later. What was under way when it opened changes nothing but by an answer,
/// which closes it. Of this process alone. Safe for concurrent use; no timers.
/// </remarks>
/// <param name="failures">Failures in a row that open it.</param>
/// <param name="pause">How long nobody is let through.</param>
/// <param name="time">The clock.</param>
internal sealed class CallBreaker(int failures, TimeSpan pause, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _inARow;
    private long _since;

    /// <summary>Asks to be let through.</summary>
    /// <returns><see langword="null"/> for yes; otherwise after how long the next one is.</returns>
    public TimeSpan? Refuses()
    {
        lock (_gate)
        {
            if (_inARow < failures)
            {
                return null;
            }

            var left = pause - time.GetElapsedTime(_since);
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            _since = time.GetTimestamp();
            return null;
        }
    }

    /// <summary>Notes how a call ended.</summary>
    public void Note(bool hasAnswered)
    {
        lock (_gate)
        {
            if (hasAnswered)
            {
                _inARow = 0;
            }
            else if (_inARow < failures && ++_inARow == failures)
            {
                _since = time.GetTimestamp();
            }
        }
    }
}
