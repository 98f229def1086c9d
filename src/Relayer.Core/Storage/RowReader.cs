using Npgsql;

namespace Relayer.Core.Storage;

/// <summary>Reads the rows of a statement: each store says only what a row is, once for each query.</summary>
/// <remarks>A reader is read as far as its present result goes; the next one is the caller's to move to.</remarks>
internal static class RowReader
{
    /// <summary>Every row, in the statement's order.</summary>
    public static async Task<List<T>> ReadListAsync<T>(
        this NpgsqlDataReader rows, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var list = new List<T>();
        while (await rows.ReadAsync(cancellation))
        {
            list.Add(read(rows));
        }

        return list;
    }

    /// <inheritdoc cref="ReadListAsync{T}(NpgsqlDataReader, Func{NpgsqlDataReader, T}, CancellationToken)"/>
    public static async Task<List<T>> ReadListAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        return await rows.ReadListAsync(read, cancellation);
    }

    /// <inheritdoc cref="ReadListAsync{T}(NpgsqlDataReader, Func{NpgsqlDataReader, T}, CancellationToken)"/>
    public static async Task<List<T>> ReadListAsync<T>(
        this NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        return await rows.ReadListAsync(read, cancellation);
    }

    /// <summary>Every row, each once.</summary>
    public static async Task<HashSet<T>> ReadSetAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var set = new HashSet<T>();
        while (await rows.ReadAsync(cancellation))
        {
            set.Add(read(rows));
        }

        return set;
    }

    /// <summary>Every row by its key; of two with the same key the later one stays.</summary>
    public static async Task<Dictionary<TKey, TValue>> ReadDictionaryAsync<TKey, TValue>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, TKey> key, Func<NpgsqlDataReader, TValue> value, CancellationToken cancellation)
        where TKey : notnull
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var entries = new Dictionary<TKey, TValue>();
        while (await rows.ReadAsync(cancellation))
        {
            entries[key(rows)] = value(rows);
        }

        return entries;
    }

    /// <summary>The one row of a question that always has one.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static async Task<T> ReadSingleAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        return await rows.ReadAsync(cancellation) ? read(rows) : throw new InvalidOperationException("the statement gave no row");
    }

    /// <summary>The first row; the type's default where there is none. For what only reads: what fails after that row is not heard of.</summary>
    public static async Task<T?> ReadFirstOrDefaultAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        return await rows.ReadAsync(cancellation) ? read(rows) : default;
    }

    /// <inheritdoc cref="ReadFirstOrDefaultAsync{T}(NpgsqlCommand, Func{NpgsqlDataReader, T}, CancellationToken)"/>
    public static async Task<T?> ReadFirstOrDefaultAsync<T>(
        this NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        return await rows.ReadAsync(cancellation) ? read(rows) : default;
    }
}
