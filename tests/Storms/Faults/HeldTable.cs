using Npgsql;
using Storms.Workloads;

namespace Storms.Faults;

/// <summary>A table that somebody else has locked: whoever needs it waits, and keeps a connection meanwhile.</summary>
internal sealed class HeldTable : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private HeldTable(NpgsqlConnection connection) => _connection = connection;

    public static async Task<HeldTable> TakeAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        var held = new HeldTable(await relayer.OpenAsync(cancellation));
        await using var command = new NpgsqlCommand("begin; lock table relays in access exclusive mode", held._connection);
        await command.ExecuteNonQueryAsync(cancellation);
        return held;
    }

    // The transaction ends with its connection.
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
