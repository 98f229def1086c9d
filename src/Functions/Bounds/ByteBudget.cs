namespace Functions.Bounds;

/// <summary>Bytes that may be held at once, in all and by one caller. Safe for concurrent use; remembers only callers that hold some.</summary>
/// <param name="inAll">The most in all.</param>
/// <param name="each">The most of one caller.</param>
internal sealed class ByteBudget(long inAll, long each)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _held = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>Takes some, or nothing.</summary>
    /// <exception cref="CapacityException">There is no room.</exception>
    public void Take(string caller, int bytes)
    {
        bool isOwnShare;
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(caller) + bytes;
            if (held <= each && _total + bytes <= inAll)
            {
                _held[caller] = held;
                _total += bytes;
                return;
            }

            isOwnShare = held > each;
        }

        Capacity.Count("bodies");
        throw new CapacityException(isOwnShare);
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(string caller, int bytes)
    {
        lock (_gate)
        {
            _total -= bytes;
            var held = _held[caller] - bytes;
            if (held == 0)
            {
                _held.Remove(caller);
            }
            else
            {
                _held[caller] = held;
            }
        }
    }
}
