namespace Relayer.Core.Concurrency;

/// <summary>One caller at a <see cref="FairGate"/>: what it holds, and its calls that wait, in turn. Guarded by the gate's lock.</summary>
/// <param name="name">The caller.</param>
/// <param name="turn">When it came, or was served last.</param>
internal sealed class FairLine(string name, long turn)
{
    private readonly Dictionary<object, LinkedListNode<FairCall>> _byCall = new(ReferenceEqualityComparer.Instance);
    private readonly LinkedList<FairCall> _calls = new();

    /// <summary>Who holds the fewest, then whose turn is longest ago. No two lines have the same turn.</summary>
    public static IComparer<FairLine> NextFirst { get; } = Comparer<FairLine>.Create(
        (one, other) => one.Held != other.Held ? one.Held.CompareTo(other.Held) : one.Turn.CompareTo(other.Turn));

    /// <summary>The caller.</summary>
    public string Name { get; } = name;

    /// <summary>Seats held.</summary>
    public int Held { get; set; }

    /// <summary>When it came, or was served last.</summary>
    public long Turn { get; set; } = turn;

    /// <summary>How many wait.</summary>
    public int Waiting { get; private set; }

    public void Add(FairWaiter waiter)
    {
        if (!_byCall.TryGetValue(waiter.Call, out var call))
        {
            _byCall.Add(waiter.Call, call = _calls.AddLast(new FairCall(waiter.Call)));
        }

        waiter.Node = call.Value.Waiters.AddLast(waiter);
        Waiting++;
    }

    /// <summary>The first of the call whose turn it is; that call's next turn comes after all others'.</summary>
    public FairWaiter TakeFirst()
    {
        var call = _calls.First!;
        var waiter = call.Value.Waiters.First!.Value;
        Remove(waiter);
        if (call.List is not null)
        {
            _calls.Remove(call);
            _calls.AddLast(call);
        }

        return waiter;
    }

    public void Remove(FairWaiter waiter)
    {
        var call = _byCall[waiter.Call];
        call.Value.Waiters.Remove(waiter.Node!);
        waiter.Node = null;
        Waiting--;
        if (call.Value.Waiters.Count == 0)
        {
            _calls.Remove(call);
            _byCall.Remove(waiter.Call);
        }
    }

    /// <summary>A call of this caller waits with at least two more than the one given. Looked for only where calls are long on the average.</summary>
    public bool HasLongerCallThan(object call)
    {
        var own = _byCall.TryGetValue(call, out var known) ? known.Value.Waiters.Count : 0;
        return Waiting >= 2 * _calls.Count && _calls.Max(other => other.Waiters.Count) > own + 1;
    }

    public FairWaiter LastOfLongestCall() => _calls.MaxBy(call => call.Waiters.Count)!.Waiters.Last!.Value;
}

/// <summary>A call and what of it waits.</summary>
/// <param name="Call">The call.</param>
internal sealed record FairCall(object Call)
{
    /// <summary>First come, first served.</summary>
    public LinkedList<FairWaiter> Waiters { get; } = new();
}

/// <summary>One who waits.</summary>
internal sealed class FairWaiter(FairGate gate, FairLine line, object call)
{
    private readonly TaskCompletionSource<Seat?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FairLine Line { get; } = line;

    public object Call { get; } = call;

    /// <summary>The place in the call's line; none once it was left.</summary>
    public LinkedListNode<FairWaiter>? Node { get; set; }

    public bool IsInLine => Node is not null;

    public void Answer(Seat? seat) => _answer.TrySetResult(seat);

    public async Task<Seat?> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var timer = time.CreateTimer(static waiter => ((FairWaiter)waiter!).GiveUp(CancellationToken.None), this, patience, Timeout.InfiniteTimeSpan);
        using var registration = cancellation.UnsafeRegister(static (waiter, token) => ((FairWaiter)waiter!).GiveUp(token), this);
        return await _answer.Task;
    }

    private void GiveUp(CancellationToken cancelled)
    {
        if (!gate.Remove(this))
        {
            return;
        }

        if (cancelled.IsCancellationRequested)
        {
            _answer.TrySetCanceled(cancelled);
        }
        else
        {
            _answer.TrySetResult(null);
        }
    }
}
