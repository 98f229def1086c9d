using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>Recognises sessions that take no writes, and says when it is time to begin new ones.</summary>
/// <remarks>
/// Servers from version 14 on report both settings when a session begins and whenever they change, so that nothing is asked:
/// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC. What a role or a database has as its default is fixed when a session
/// begins, though, and outlives its change. Safe for concurrent use.
/// </remarks>
internal sealed class ReadOnlySessions
{
    /// <summary>New sessions are begun so often at most, while the server takes no writes: what it refuses must not cost a connection each.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly string[] Reported = ["default_transaction_read_only", "in_hot_standby"];

    private long _renewedAt = -1;

    /// <summary>True for one caller in <see cref="Pause"/> whose session takes no writes: it begins a new one, and so do all others.</summary>
    public bool ShouldRenew(NpgsqlConnection connection)
    {
        if (!IsReadOnly(connection))
        {
            return false;
        }

        var (before, now) = (Volatile.Read(ref _renewedAt), TimeProvider.System.GetTimestamp());
        return (before < 0 || TimeProvider.System.GetElapsedTime(before, now) >= Pause) && Interlocked.CompareExchange(ref _renewedAt, now, before) == before;
    }

    private static bool IsReadOnly(NpgsqlConnection connection)
    {
        var parameters = connection.PostgresParameters;
        foreach (var name in Reported)
        {
            if (parameters.TryGetValue(name, out var value) && value == "on")
            {
                return true;
            }
        }

        return false;
    }
}
