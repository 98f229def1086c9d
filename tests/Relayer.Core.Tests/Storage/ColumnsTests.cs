using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>Amounts go into <c>numeric</c> columns and come back whole, whatever their size: small ones travel as decimals, large ones as big integers.</summary>
[Trait("needs", "services")]
public sealed class ColumnsTests(PostgresFixture postgres)
{
    private static readonly UInt256[] Sizes =
    [
        UInt256.Zero, UInt256.One, ulong.MaxValue, (UInt256)ulong.MaxValue + UInt256.One, ((UInt128)1 << 96) - 1, (UInt128)1 << 96,
        UInt128.MaxValue, (UInt256)UInt128.MaxValue + UInt256.One, UInt256.MaxValue, (UInt128)0x1234_5678_9abc_def0 << 31,
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_comes_back_whatever_its_size()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        foreach (var size in Sizes)
        {
            await using var command = source.CreateCommand("select $1, $1::text");
            command.Parameters.Add(Columns.Number(new Wei(size)));
            await using var row = await command.ExecuteReaderAsync(Cancellation);
            Assert.True(await row.ReadAsync(Cancellation));
            Assert.Equal((size, size.ToString()), (row.GetNumber(0), row.GetString(1)));
        }
    }

    [Fact]
    public async Task Numbers_come_back_small_ones_alone_and_beside_large_ones_and_nothing()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        UInt256[] small = [.. Sizes.Where(size => size.BitLength <= 96)];
        foreach (var numbers in new[] { small, Sizes, [] })
        {
            UInt256?[] expected = [.. numbers];
            Assert.Equal(expected, await SendAsync(source, Columns.Numbers(numbers)));
            Assert.Equal(expected, await SendAsync(source, Columns.Numbers(numbers.Select(number => new Wei(number)))));
            Assert.Equal([null, .. expected], await SendAsync(source, Columns.Numbers([null, .. numbers.Select(number => (Wei?)new Wei(number))])));
        }
    }

    private static async Task<UInt256?[]> SendAsync(NpgsqlDataSource source, NpgsqlParameter numbers)
    {
        await using var command = source.CreateCommand("select * from unnest($1)");
        command.Parameters.Add(numbers);
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        return [.. await rows.ReadListAsync(row => row.IsDBNull(0) ? (UInt256?)null : row.GetNumber(0), Cancellation)];
    }
}
