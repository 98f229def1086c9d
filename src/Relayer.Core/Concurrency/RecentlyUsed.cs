using System.Collections.Concurrent;

namespace Relayer.Core.Concurrency;

/// <summary>Remembers something of those that came last, and forgets the others: bounded whatever comes.</summary>
/// <remarks>
/// At most twice <paramref name="most"/>. Once as many are known, or after <paramref name="quiet"/>, those that were not used since the last time are
/// forgotten. Safe for concurrent use; no timers, and a look costs one or two look-ups.
/// </remarks>
/// <param name="most">Half of what is remembered.</param>
/// <param name="quiet">What was not used for so long is on its way out, and gone after twice as long.</param>
/// <param name="time">The clock.</param>
public sealed class RecentlyUsed<TKey, TValue>(int most, TimeSpan quiet, TimeProvider time)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _turn = new();
    private Generation _present = new(time.GetTimestamp());
    private Generation _past = new(time.GetTimestamp());

    /// <summary>How many are remembered; who came in both times counts twice.</summary>
    public int Count => _present.Count + _past.Count;

    /// <summary>What is remembered of one, or what is made now.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        var present = Volatile.Read(ref _present);
        return present.Values.TryGetValue(key, out var known)
            ? known
            : Current(present).Add(key, Volatile.Read(ref _past).Values.TryGetValue(key, out var past) ? past : make(key));
    }

    /// <summary>What is remembered of one; <see langword="null"/> for nothing.</summary>
    public TValue? Find(TKey key)
    {
        if (Volatile.Read(ref _present).Values.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _past).Values.TryGetValue(key, out known))
        {
            Current(Volatile.Read(ref _present)).Add(key, known);
        }

        return known;
    }

    /// <summary>Remembers something of one, instead of what was known.</summary>
    public void Set(TKey key, TValue value)
    {
        var present = Current(Volatile.Read(ref _present));
        if (present.Add(key, value) != value)
        {
            present.Values[key] = value;
        }
    }

    private Generation Current(Generation present)
    {
        if (present.Count < most && time.GetElapsedTime(present.Since) < quiet)
        {
            return present;
        }

        lock (_turn)
        {
            if (_present == present)
            {
                Volatile.Write(ref _past, present);
                Volatile.Write(ref _present, new Generation(time.GetTimestamp()));
            }

            return _present;
        }
    }

    private sealed class Generation(long since)
    {
        private int _count;

        public long Since { get; } = since;

        public ConcurrentDictionary<TKey, TValue> Values { get; } = new();

        /// <summary>Counted here: the dictionary's own count takes each of its locks, which are as many as a thousand.</summary>
        public int Count => Volatile.Read(ref _count);

        /// <summary>What is known of one already, or this.</summary>
        public TValue Add(TKey key, TValue value)
        {
            if (Values.TryAdd(key, value))
            {
                Interlocked.Increment(ref _count);
                return value;
            }

            return Values.GetValueOrDefault(key, value);
        }
    }
}
