namespace Relayer.Core.Concurrency;

/// <summary>Who wants a seat at a <see cref="FairGate"/>.</summary>
/// <param name="Name">The caller: all that share a name share a turn.</param>
/// <param name="Call">One call of the caller's, told apart by reference; its parts, such as a batch's requests, wait behind one another.</param>
public readonly record struct GateCaller(string Name, object Call);

/// <summary>Shares a number of seats between callers: while others wait, nobody gets the next seat who holds more than they do.</summary>
/// <remarks>
/// <para>
/// A free seat goes to whoever asks. When there is none, the next one goes to the waiting caller that holds the fewest, among equals to the one whose
/// turn is longest ago; within a caller its calls take turns. So a batch of a hundred weighs a hundred, and one request waits for one turn of each
/// other call, however long they are.
/// </para>
/// <para>
/// What waits is bounded. Once it is full a caller that has its share of the places is refused, and another one takes the place of the last in the
/// longest line. Nobody waits longer than the patience. Safe for concurrent use; a free seat costs no more than a lock and a look-up.
/// </para>
/// </remarks>
public sealed class FairGate
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FairLine> _lines = new(StringComparer.Ordinal);
    private readonly SortedSet<FairLine> _waiting = new(FairLine.NextFirst);
    private readonly int _places;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private int _free;
    private int _waiters;
    private long _turns;

    /// <summary>A gate with all seats free.</summary>
    /// <param name="seats">How many are inside at once.</param>
    /// <param name="places">How many wait at once; with 0 nobody does.</param>
    /// <param name="patience">How long one waits.</param>
    /// <param name="time">The clock.</param>
    public FairGate(int seats, int places, TimeSpan patience, TimeProvider time) => (_free, _places, _patience, _time) = (seats, places, patience, time);

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiters;
            }
        }
    }

    /// <summary>How many seats are free.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
            {
                return _free;
            }
        }
    }

    /// <summary>Takes a seat, at once or in turn. Dispose it to leave.</summary>
    /// <returns><see langword="null"/> when there is no place to wait, or waiting took too long.</returns>
    /// <exception cref="OperationCanceledException">The caller left; nothing is held.</exception>
    public ValueTask<Seat?> EnterAsync(GateCaller caller, CancellationToken cancellation)
    {
        FairWaiter waiter;
        lock (_gate)
        {
            var line = LineOf(caller.Name);
            if (_free > 0)
            {
                _free--;
                line.Held++;
                return new(new Seat(this, line));
            }

            if (_waiters >= _places && !MakeRoom(line, caller.Call))
            {
                Forget(line);
                return new((Seat?)null);
            }

            waiter = new FairWaiter(this, line, caller.Call);
            Requeue(line, () => line.Add(waiter));
            _waiters++;
        }

        return new(waiter.WaitAsync(_patience, _time, cancellation));
    }

    /// <summary>Gives a seat back, to whoever is next.</summary>
    internal void Leave(FairLine line)
    {
        lock (_gate)
        {
            _free++;
            Requeue(line, () => line.Held--);
            if (_waiting.Min is { } next)
            {
                Seat(next);
            }

            Forget(line);
        }
    }

    /// <summary>Takes somebody out of the line. False when they have been seated, or were taken out before.</summary>
    internal bool Remove(FairWaiter waiter)
    {
        lock (_gate)
        {
            if (!waiter.IsInLine)
            {
                return false;
            }

            TakeOut(waiter);
            Forget(waiter.Line);
            return true;
        }
    }

    private void Seat(FairLine next)
    {
        FairWaiter? waiter = null;
        _free--;
        _waiters--;
        Requeue(next, () =>
        {
            waiter = next.TakeFirst();
            next.Held++;
            next.Turn = ++_turns;
        });
        waiter!.Answer(new Seat(this, next));
    }

    /// <summary>Room for one more, at the cost of whoever takes most of it; false when that is the one who asks.</summary>
    private bool MakeRoom(FairLine line, object call)
    {
        if (_places == 0)
        {
            return false;
        }

        var share = _places / (line.Waiting > 0 ? _waiting.Count : _waiting.Count + 1);
        var longest = line.Waiting >= share ? line : _waiting.MaxBy(other => other.Waiting)!;
        if (longest == line && !line.HasLongerCallThan(call))
        {
            return false;
        }

        var last = longest.LastOfLongestCall();
        TakeOut(last);
        last.Answer(null);
        return true;
    }

    private void TakeOut(FairWaiter waiter)
    {
        _waiters--;
        Requeue(waiter.Line, () => waiter.Line.Remove(waiter));
    }

    /// <summary>Changes what a line's place among those that wait depends on.</summary>
    private void Requeue(FairLine line, Action change)
    {
        if (line.Waiting > 0)
        {
            _waiting.Remove(line);
        }

        change();
        if (line.Waiting > 0)
        {
            _waiting.Add(line);
        }
    }

    private FairLine LineOf(string name)
    {
        if (!_lines.TryGetValue(name, out var line))
        {
            _lines.Add(name, line = new FairLine(name, ++_turns));
        }

        return line;
    }

    private void Forget(FairLine line)
    {
        if (line is { Held: 0, Waiting: 0 })
        {
            _lines.Remove(line.Name);
        }
    }
}

/// <summary>A seat that is taken. Dispose it once to leave.</summary>
public sealed class Seat : IDisposable
{
    private readonly FairGate _gate;
    private FairLine? _line;

    internal Seat(FairGate gate, FairLine line) => (_gate, _line) = (gate, line);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _line, null) is { } line)
        {
            _gate.Leave(line);
        }
    }
}
