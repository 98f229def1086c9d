using System.Text;
using Org.BouncyCastle.Crypto.Digests;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

public sealed class Keccak256Tests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData(
        "The quick brown fox jumps over the lazy dog", "0x4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15")]
    [InlineData("transfer(address,uint256)", "0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b")]
    public void Known_texts_have_their_published_hashes(string text, string hash) =>
        Assert.Equal(hash, Keccak256.Hash(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void Every_length_around_the_block_hashes_as_in_viem() =>
        Assert.All(
            PrimitiveVectors.Of("keccak", 320),
            each => Assert.Equal(each.Text("hash"), Keccak256.Hash(each.Bytes("data")).ToString()));

    [Fact]
    public void Two_thousand_random_messages_hash_as_in_another_implementation()
    {
        var random = new Random(1600);
        for (var length = 0; length < 2000; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            var other = new KeccakDigest(256);
            other.BlockUpdate(data, 0, data.Length);
            var expected = new byte[32];
            other.DoFinal(expected, 0);
            Assert.Equal(expected, Keccak256.Hash(data).ToArray());
        }
    }

    [Fact]
    public void The_hash_may_be_written_over_the_data()
    {
        var buffer = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();
        var expected = Keccak256.Hash(buffer).ToArray();
        Keccak256.Hash(buffer, buffer);
        Assert.Equal(expected, buffer[..32]);
        Assert.Equal(32, buffer[32]);
    }

    [Fact]
    public void A_short_destination_is_refused_and_left_alone()
    {
        var destination = new byte[31];
        Assert.Throws<ArgumentException>(() => Keccak256.Hash([1, 2, 3], destination));
        Assert.All(destination, each => Assert.Equal(0, each));
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        var data = new byte[500];
        Span<byte> hash = stackalloc byte[32];
        Keccak256.Hash(data, hash);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Keccak256.Hash(data, hash);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
