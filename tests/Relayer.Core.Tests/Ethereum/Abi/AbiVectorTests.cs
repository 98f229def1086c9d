using DevChain.Abi;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum.Abi;

public sealed class AbiVectorTests
{
    private static readonly (AbiType.Tuple Types, AbiValue[] Values, byte[] Data)[] Cases =
        [.. VectorFile.Read("abi.json").GetProperty("abi").EnumerateArray().Select(each =>
        {
            var types = new AbiType.Tuple([.. each.GetProperty("types").EnumerateArray().Select(t => AbiType.Parse(t.GetString()))]);
            var values = each.GetProperty("values").EnumerateArray().Select((v, i) => AbiJson.Read(types.Members[i], v));
            return (types, values.ToArray(), Hex.Decode(each.Text("data")));
        })];

    [Fact]
    public void Five_hundred_random_values_encode_as_viem_encodes_them()
    {
        Assert.Equal(500, Cases.Length);
        Assert.All(Cases, each => Assert.Equal(each.Data, AbiEncoder.Encode(each.Types, each.Values)));
    }

    [Fact]
    public void Five_hundred_random_values_decode_from_what_viem_encoded() =>
        Assert.All(Cases, each =>
        {
            Assert.True(AbiDecoder.TryDecode(each.Types, each.Data, out var values));
            Assert.Equal(each.Values, values);
        });

    [Fact]
    public void A_truncated_or_extended_encoding_is_refused() =>
        Assert.All(Cases, each =>
        {
            Assert.False(AbiDecoder.TryDecode(each.Types, each.Data.AsSpan(0, each.Data.Length - 1), out _));
            Assert.False(AbiDecoder.TryDecode(each.Types, each.Data.AsSpan(0, each.Data.Length - 32), out _));
            Assert.False(AbiDecoder.TryDecode(each.Types, [.. each.Data, 0], out _));
            Assert.True(AbiDecoder.TryDecode(each.Types, [.. each.Data, 0], out _, allowTrailing: true));
        });

    [Fact]
    public void A_changed_byte_is_refused_or_gives_another_value_of_the_same_encoding()
    {
        var random = new Random(2771);
        Assert.All(Cases, each =>
        {
            for (var i = 0; i < 40; i++)
            {
                var data = each.Data.ToArray();
                data[random.Next(data.Length)] ^= (byte)(1 << random.Next(8));
                if (AbiDecoder.TryDecode(each.Types, data, out var values))
                {
                    Assert.Equal(data, AbiEncoder.Encode(each.Types, values));
                }
            }
        });
    }

    [Fact]
    public void Random_bytes_never_make_it_throw()
    {
        var random = new Random(4337);
        Assert.All(Cases, each =>
        {
            var data = new byte[random.Next(400)];
            random.NextBytes(data);
            Assert.False(AbiDecoder.TryDecode(each.Types, data, out _) && each.Types.IsDynamic);
        });
    }
}
