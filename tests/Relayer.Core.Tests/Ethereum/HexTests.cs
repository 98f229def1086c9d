using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

public sealed class HexTests
{
    [Fact]
    public void Bytes_come_back_from_either_case() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var text = Hex.Encode(bytes);
            return Hex.Decode(text).SequenceEqual(bytes) && Hex.Decode("0X" + text[2..].ToUpperInvariant()).SequenceEqual(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00")]
    [InlineData("x0")]
    [InlineData("0x0")]
    [InlineData("0x000")]
    [InlineData("0x0g")]
    [InlineData("0x 0")]
    [InlineData("0x00 ")]
    [InlineData("0x٠٠")]
    [InlineData("0x０１")]
    public void Malformed_text_is_refused(string text)
    {
        Assert.False(Hex.TryDecode(text, out _));
        Assert.Throws<FormatException>(() => Hex.Decode(text));
    }

    [Theory]
    [InlineData("0x", 1)]
    [InlineData("0x00", 0)]
    [InlineData("0x0000", 1)]
    [InlineData("0x00", 2)]
    public void A_fixed_size_is_exact(string text, int size) => Assert.False(Hex.TryDecode(text, new byte[size]));

    [Fact]
    public void A_hash_is_sixty_four_digits()
    {
        var text = "0x" + new string('a', 64);
        Assert.Equal(text, Hash32.Parse(text).ToString());
        Assert.False(Hash32.TryParse(text.AsSpan(0, text.Length - 1), out _));
        Assert.False(Hash32.TryParse(text + "a", out _));
        Assert.Throws<FormatException>(() => Hash32.Parse("0x00"));
        Assert.Throws<ArgumentException>(() => new Hash32(new byte[31]));
    }
}
