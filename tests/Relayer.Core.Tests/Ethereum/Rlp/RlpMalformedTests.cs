using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Rlp;

namespace Relayer.Core.Tests.Ethereum.Rlp;

public sealed class RlpMalformedTests
{
    /// <summary>The first seventeen are ethereum/tests, RLPTests/invalidRLPTest.json.</summary>
    [Theory]
    [InlineData("0xbf0f000000000000021111", RlpFault.TooLong)]
    [InlineData("0xff0f000000000000021111", RlpFault.TooLong)]
    [InlineData("0xf80180", RlpFault.NotCanonical)]
    [InlineData("0xf80100", RlpFault.NotCanonical)]
    [InlineData("0xb9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0565df0", RlpFault.NotCanonical)]
    [InlineData(
        "0xf861f83eb9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0565df027b90015002d5ef8325ae4d034df55d4b58d0dfba64d61ddd17be00000b9001a00dae30907045a2f66fa36f2bb8aa9029cbb0b8a7b3b5c435ab331",
        RlpFault.NotCanonical)]
    [InlineData("0x8100", RlpFault.NotCanonical)]
    [InlineData("0x8101", RlpFault.NotCanonical)]
    [InlineData("0x817F", RlpFault.NotCanonical)]
    [InlineData(
        "0xb90040000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
        RlpFault.NotCanonical)]
    [InlineData("0xb800", RlpFault.NotCanonical)]
    [InlineData(
        "0xfb00000040000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
        RlpFault.NotCanonical)]
    [InlineData("0xf800", RlpFault.NotCanonical)]
    [InlineData("0xb81000112233445566778899aabbccddeeff", RlpFault.NotCanonical)]
    [InlineData("0xb801ff", RlpFault.NotCanonical)]
    [InlineData("0xf810000102030405060708090a0b0c0d0e0f", RlpFault.NotCanonical)]
    [InlineData("0xf803112233", RlpFault.NotCanonical)]
    [InlineData("0xb837" + Filler55, RlpFault.NotCanonical)]
    [InlineData("0x", RlpFault.Truncated)]
    [InlineData("0x81", RlpFault.Truncated)]
    [InlineData("0x83646f", RlpFault.Truncated)]
    [InlineData("0xb8", RlpFault.Truncated)]
    [InlineData("0xb838", RlpFault.Truncated)]
    [InlineData("0xbfffffffffffffff", RlpFault.Truncated)]
    [InlineData("0xbfffffffffffffffff", RlpFault.TooLong)]
    [InlineData("0xbb80000000", RlpFault.TooLong)]
    [InlineData("0xbb7fffffff", RlpFault.Truncated)]
    [InlineData("0xc1", RlpFault.Truncated)]
    [InlineData("0xc281", RlpFault.Truncated)]
    [InlineData("0xc181", RlpFault.Truncated)]
    [InlineData("0xc483646f", RlpFault.Truncated)]
    [InlineData("0x0000", RlpFault.TrailingBytes)]
    [InlineData("0xc000", RlpFault.TrailingBytes)]
    [InlineData("0x8080", RlpFault.TrailingBytes)]
    public void Malformed_bytes_are_refused_with_the_reason(string encoded, RlpFault expected)
    {
        Assert.False(RlpTree.TryDecode(Hex.Decode(encoded), out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("0x00", RlpFault.LeadingZero)]
    [InlineData("0x820001", RlpFault.LeadingZero)]
    [InlineData("0xc0", RlpFault.UnexpectedList)]
    [InlineData("0x89010000000000000000", RlpFault.WrongSize)]
    [InlineData("0xa1010000000000000000000000000000000000000000000000000000000000000000", RlpFault.WrongSize)]
    public void A_number_that_is_none_of_64_bits_is_refused(string encoded, RlpFault expected)
    {
        var reader = new RlpReader(Hex.Decode(encoded));
        Assert.False(reader.TryReadNumber(out ulong _));
        Assert.Equal(expected, reader.Fault);
        Assert.False(reader.TryEnd());
    }

    [Fact]
    public void A_string_for_a_list_and_a_string_of_another_size_are_refused()
    {
        var reader = new RlpReader([0x80]);
        Assert.False(reader.TryReadList(out _));
        Assert.Equal(RlpFault.UnexpectedString, reader.Fault);

        reader = new RlpReader([0x82, 1, 2]);
        Assert.False(reader.TryReadBytes(3, out _));
        Assert.Equal(RlpFault.WrongSize, reader.Fault);
    }

    [Fact]
    public void After_a_fault_nothing_more_is_read()
    {
        var reader = new RlpReader([0x81, 0x01, 0x05, 0xc0]);
        Assert.False(reader.TryReadBytes(out _));
        Assert.False(reader.TryReadBytes(out _));
        Assert.False(reader.TryReadNumber(out UInt256 _));
        Assert.False(reader.TryReadList(out _));
        Assert.Equal(RlpFault.NotCanonical, reader.Fault);
    }

    [Fact]
    public void Nesting_is_followed_to_its_limit_only()
    {
        static RlpTree Nested(int depth) => depth == 0 ? RlpTree.Of() : RlpTree.List(Nested(depth - 1));
        Assert.True(RlpTree.TryDecode(Nested(RlpReader.MaxDepth).Encode(), out _, out _));
        Assert.False(RlpTree.TryDecode(Nested(RlpReader.MaxDepth + 1).Encode(), out _, out var fault));
        Assert.Equal(RlpFault.TooDeep, fault);
        Assert.False(RlpTree.TryDecode(Enumerable.Repeat((byte)0xc1, 100_000).ToArray(), out _, out _));
    }

    [Fact]
    public void Random_and_damaged_bytes_are_refused_or_are_the_only_encoding_of_what_they_say()
    {
        var random = new Random(7000);
        var vectors = PrimitiveVectors.Of("rlp", 250).Select(each => each.Bytes("encoded")).Where(each => each.Length > 0).ToArray();
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = i % 2 == 0 ? new byte[random.Next(1, 20)] : vectors[random.Next(vectors.Length)].ToArray();
            if (i % 2 == 0)
            {
                random.NextBytes(bytes);
            }
            else
            {
                bytes[random.Next(Math.Min(bytes.Length, 8))] = (byte)random.Next(256);
            }

            if (RlpTree.TryDecode(bytes, out var tree, out _))
            {
                read++;
                Assert.Equal(bytes, tree!.Encode());
            }
        }

        Assert.InRange(read, 1000, 49_000);
    }

    private const string Filler55 =
        "01010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101";
}
