using System.Numerics;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Storage;

/// <summary>How the domain's types travel to and from columns: one place, so that no store converts by hand.</summary>
internal static class Columns
{
    public static NpgsqlParameter Bytes(byte[]? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Address(Address value) => Bytes(value.ToArray());

    public static NpgsqlParameter Hash(Hash32 value) => Bytes(value.ToArray());

    public static NpgsqlParameter Long(long value) => new NpgsqlParameter<long> { TypedValue = value };

    public static NpgsqlParameter Int(int value) => new NpgsqlParameter<int> { TypedValue = value };

    public static NpgsqlParameter Flag(bool value) => new NpgsqlParameter<bool> { TypedValue = value };

    public static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value };

    public static NpgsqlParameter TextOrNull(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Time(DateTimeOffset value) => new NpgsqlParameter<DateTimeOffset> { TypedValue = value.ToUniversalTime() };

    public static NpgsqlParameter LongOrNull(long? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter TimeOrNull(DateTimeOffset? value) =>
        new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Day(DateOnly value) => new NpgsqlParameter<DateOnly> { TypedValue = value };

    public static NpgsqlParameter Json(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    public static NpgsqlParameter Id(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value };

    public static NpgsqlParameter Number(BigInteger value) =>
        new() { Value = value, NpgsqlDbType = NpgsqlDbType.Numeric };

    public static NpgsqlParameter Number(Wei value) => NumberOrNull(value);

    public static NpgsqlParameter NumberOrNull(Wei? value) =>
        new() { Value = value is { } given ? Exact(given.Value) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric };

    public static NpgsqlParameter NumberOrNull(BigInteger? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric };

    public static NpgsqlParameter Ids(IEnumerable<Guid> values) => Array(NpgsqlDbType.Uuid, values.ToArray());

    public static NpgsqlParameter ManyBytes(IEnumerable<byte[]?> values) => Array(NpgsqlDbType.Bytea, values.ToArray());

    public static NpgsqlParameter Longs(IEnumerable<long> values) => Array(NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlParameter Longs(IEnumerable<long?> values) => Array(NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlParameter Ints(IEnumerable<int> values) => Array(NpgsqlDbType.Integer, values.ToArray());

    public static NpgsqlParameter Shorts(IEnumerable<short> values) => Array(NpgsqlDbType.Smallint, values.ToArray());

    public static NpgsqlParameter Enums<T>(IEnumerable<T> values)
        where T : struct, Enum => Array(NpgsqlDbType.Smallint, values.Select(NumberOf).ToArray());

    public static NpgsqlParameter Enums<T>(IEnumerable<T?> values)
        where T : struct, Enum => Array(NpgsqlDbType.Smallint, values.Select(value => value is { } given ? NumberOf(given) : (short?)null).ToArray());

    public static NpgsqlParameter EnumOrNull<T>(T? value)
        where T : struct, Enum => ShortOrNull(value is { } given ? NumberOf(given) : null);

    public static NpgsqlParameter ShortOrNull(short? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint };

    public static NpgsqlParameter Flags(IEnumerable<bool?> values) => Array(NpgsqlDbType.Boolean, values.ToArray());

    public static NpgsqlParameter Texts(IEnumerable<string?> values) => Array(NpgsqlDbType.Text, values.ToArray());

    public static NpgsqlParameter Times(IEnumerable<DateTimeOffset> values) =>
        Array(NpgsqlDbType.TimestampTz, values.Select(value => value.ToUniversalTime()).ToArray());

    public static NpgsqlParameter Times(IEnumerable<DateTimeOffset?> values) =>
        Array(NpgsqlDbType.TimestampTz, values.Select(value => value?.ToUniversalTime()).ToArray());

    public static NpgsqlParameter Numbers(IEnumerable<BigInteger> values) => Array(NpgsqlDbType.Numeric, values.ToArray());

    public static NpgsqlParameter Numbers(IEnumerable<BigInteger?> values) => Array(NpgsqlDbType.Numeric, values.ToArray());

    public static NpgsqlParameter Numbers(IEnumerable<UInt256> values) => Numbers(values.Select(value => (UInt256?)value));

    public static NpgsqlParameter Numbers(IEnumerable<Wei> values) => Numbers(values.Select(value => (UInt256?)value.Value));

    public static NpgsqlParameter Numbers(IEnumerable<Wei?> values) => Numbers(values.Select(value => value?.Value));

    // Amounts of wei fit in a decimal nearly always, and that is written without making big integers of them.
    private static NpgsqlParameter Numbers(IEnumerable<UInt256?> values)
    {
        UInt256?[] all = [.. values];
        return System.Array.TrueForAll(all, value => value is not { } given || FitsDecimal(given))
            ? Array(NpgsqlDbType.Numeric, System.Array.ConvertAll(all, value => value is { } given ? ToDecimal(given) : (decimal?)null))
            : Array(NpgsqlDbType.Numeric, System.Array.ConvertAll(all, value => value?.ToBigInteger()));
    }

    private static object Exact(UInt256 value) => FitsDecimal(value) ? ToDecimal(value) : value.ToBigInteger();

    private static bool FitsDecimal(UInt256 value) => value.BitLength <= 96;

    private static decimal ToDecimal(UInt256 value) =>
        new((int)(uint)value.Low, (int)(uint)(value.Low >> 32), (int)(uint)(value.Low >> 64), isNegative: false, scale: 0);

    public static Address GetAddress(this NpgsqlDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));

    public static Hash32 GetHash(this NpgsqlDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));

    public static Hash32? GetHashOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetHash(column);

    public static UInt256 GetNumber(this NpgsqlDataReader row, int column) => UInt256.From(row.GetFieldValue<BigInteger>(column));

    public static Wei GetWei(this NpgsqlDataReader row, int column) => new(row.GetNumber(column));

    public static Wei? GetWeiOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetWei(column);

    public static T GetEnum<T>(this NpgsqlDataReader row, int column)
        where T : struct, Enum => Unsafe.BitCast<int, T>(row.GetInt16(column));

    public static T? GetEnumOrNull<T>(this NpgsqlDataReader row, int column)
        where T : struct, Enum => row.IsDBNull(column) ? null : row.GetEnum<T>(column);

    public static long? GetLongOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static bool? GetFlagOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetBoolean(column);

    public static string? GetTextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset GetTime(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? GetTimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetTime(column);

    // Enums are smallint in the database and int in the program.
    private static short NumberOf<T>(T value)
        where T : struct, Enum => (short)Unsafe.BitCast<T, int>(value);

    private static NpgsqlParameter Array<T>(NpgsqlDbType element, T[] values) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | element };
}
