using System.Collections.Concurrent;
using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Storage;

namespace Relayer.Core.Relay.Callers;

/// <summary>The users that operators admit or deny, on every chain.</summary>
/// <remarks>
/// Safe for concurrent use. What is read is never older than <see cref="KeptFor"/>: a change is in force at every instance after that long, and at
/// once at the one that made it. From half of it on it is read anew beside the use, and only what changed.
/// </remarks>
public sealed class UserLists
{
    /// <summary>How old what is read may be.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    /// <summary>The most users on the lists together: each instance remembers all of them, some ten megabytes.</summary>
    public const int Most = 100_000;

    /// <summary>There are as many (409, and in the audit).</summary>
    public const string FullCode = "user_lists_full";

    private readonly ConcurrentDictionary<Address, UserList> _users = new();
    private readonly UserListStore _store;
    private readonly TimeProvider _time;
    private readonly SingleFlight<bool> _look;
    private long _change;
    private long _lookedAt;
    private bool _isStale = true;

    /// <summary>Does no I/O.</summary>
    public UserLists(Database database, TimeProvider time)
    {
        (_store, _time) = (new UserListStore(database, time), time);
        _look = new(LookAsync);
    }

    /// <summary>On which list a user is.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public ValueTask<UserList> FindAsync(Address user, CancellationToken cancellation)
    {
        var age = Volatile.Read(ref _isStale) ? TimeSpan.MaxValue : _time.GetElapsedTime(Volatile.Read(ref _lookedAt));
        if (age >= KeptFor)
        {
            return new(FindAfterLookAsync(user, cancellation));
        }

        if (age >= KeptFor / 2)
        {
            _ = _look.RunAsync(CancellationToken.None); // What it meets is met again by whoever needs it.
        }

        return new(_users.GetValueOrDefault(user));
    }

    /// <summary>Puts a user on a list instead of any other, or takes them off. Audited.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public async Task<UserListChange> PutAsync(Address user, UserList list, Instruction instruction, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        var change = await _store.PutAsync(user, list, instruction, cancellation);
        Volatile.Write(ref _isStale, true);
        return change;
    }

    /// <summary>Users on the lists, by address, after one.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task<IReadOnlyList<ListedUser>> ListAsync(Address? after, int limit, CancellationToken cancellation) => _store.ListAsync(after, limit, cancellation);

    private async Task<UserList> FindAfterLookAsync(Address user, CancellationToken cancellation)
    {
        await _look.RunAsync(cancellation);
        if (Volatile.Read(ref _isStale))
        {
            await _look.RunAsync(cancellation); // That one may have begun before the change.
        }

        return _users.GetValueOrDefault(user);
    }

    private void Remember(Address user, UserList list)
    {
        if (list == UserList.None)
        {
            _users.TryRemove(user, out _);
        }
        else
        {
            _users[user] = list;
        }
    }

    private async Task<bool> LookAsync()
    {
        var started = _time.GetTimestamp();
        var isRead = false;
        Volatile.Write(ref _isStale, false); // Whoever changes something meanwhile says so again.
        try
        {
            foreach (var (user, list, change) in await _store.ReadSinceAsync(_change, CancellationToken.None))
            {
                Remember(user, list);
                _change = change;
            }

            Volatile.Write(ref _lookedAt, started);
            return isRead = true;
        }
        finally
        {
            if (!isRead)
            {
                Volatile.Write(ref _isStale, true);
            }
        }
    }
}
