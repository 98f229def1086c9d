using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Tests.Ethereum.Abi;

/// <summary>The reader of words takes what the generic strict decoder takes, and nothing else.</summary>
public sealed class AbiReaderTests
{
    private static readonly AbiType.Tuple Types = (AbiType.Tuple)AbiType.Parse("(uint64,int128,bool,address,bytes4,bytes,bytes[])");

    [Fact]
    public void It_takes_what_the_generic_decoder_takes_and_refuses_what_it_refuses()
    {
        var random = new Random(18);
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var data = AbiEncoder.Encode(
                Types, (ulong)random.NextInt64(), new System.Numerics.BigInteger(random.NextInt64(long.MinValue, long.MaxValue)), random.Next(2) == 0,
                Address.Zero, new byte[4], new byte[random.Next(70)], AbiValue.Of([.. Enumerable.Range(0, random.Next(4)).Select(n => (AbiValue)new byte[n * 20])]));
            for (var change = random.Next(3); change > 0; change--)
            {
                data[(random.Next(data.Length / 32) * 32) + (random.Next(2) == 0 ? random.Next(32) : 31)] = (byte)random.Next(256);
            }

            var isTaken = AbiDecoder.TryDecode(Types, data, out var values);
            Assert.Equal(isTaken, TryRead(data, out var read));
            (taken, refused) = isTaken ? (taken + 1, refused) : (taken, refused + 1);
            if (values is not null)
            {
                Assert.Equal((values[0].AsUInt64(), values[1].AsInteger(), values[2].AsBool()), (read.Small, read.Signed, read.Flag));
                Assert.Equal(values[5].AsBytes().ToArray(), read.Tail);
            }
        }

        Assert.True(taken > 1_000 && refused > 1_000, $"{taken} taken, {refused} refused");
    }

    [Fact]
    public void Once_something_is_wrong_nothing_more_is_read()
    {
        var reader = new AbiReader([.. Enumerable.Repeat((byte)0xff, 64)]);

        Assert.Equal(0UL, reader.Small());
        Assert.False(reader.IsIntact);
        Assert.Equal(default, reader.Hash());
        Assert.Equal(UInt256.Zero, reader.Number());
        Assert.True(reader.Tail().IsEmpty);
        Assert.Equal(0, reader.Count());
        Assert.False(reader.IsAtEnd);
    }

    private static bool TryRead(byte[] data, out (ulong Small, System.Numerics.BigInteger Signed, bool Flag, byte[] Tail) read)
    {
        var reader = new AbiReader(data);
        var (small, signed, flag) = (reader.Small(), reader.Signed(128), reader.Flag());
        reader.Address();
        reader.Bytes(4);
        reader.Expect(7 * AbiWriter.Word);
        var second = reader.Small(31);
        var tail = reader.Tail().ToArray();
        var isInOrder = second == (ulong)reader.Position;
        var count = reader.Count();
        var offsets = reader.Offsets(count);
        for (var i = 0; i < count; i++)
        {
            reader.Follow(offsets, i);
            reader.Tail();
        }

        read = (small, signed, flag, tail);
        return reader.IsAtEnd && isInOrder;
    }
}
