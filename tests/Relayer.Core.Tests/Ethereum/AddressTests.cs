using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

public sealed class AddressTests
{
    /// <summary>The test cases of EIP-55.</summary>
    public static TheoryData<string> Checksummed =>
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    [Theory]
    [MemberData(nameof(Checksummed))]
    public void The_text_carries_the_checksum(string text)
    {
        Assert.Equal(text, Address.Parse(text).ToString());
        Assert.Equal(text, Address.Parse(text.ToLowerInvariant()).ToString());
        Assert.Equal(text, Address.Parse("0x" + text[2..].ToUpperInvariant()).ToString());
    }

    [Fact]
    public void A_wrong_checksum_is_refused_wherever_the_case_differs()
    {
        const string right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        for (var i = 2; i < right.Length; i++)
        {
            if (char.IsLetter(right[i]))
            {
                var flipped = right.ToCharArray();
                flipped[i] ^= ' ';
                Assert.False(Address.TryParse(flipped, out _));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    [InlineData(" 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe\u0130")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.False(Address.TryParse(text, out var address));
        Assert.True(address.IsZero);
        Assert.Throws<FormatException>(() => Address.Parse(text));
    }

    [Fact]
    public void Equality_order_and_bytes_agree()
    {
        var low = Address.Parse("0x00000000000000000000000000000000000000ff");
        var high = Address.Parse("0x0100000000000000000000000000000000000000");
        Assert.True(low < high);
        Assert.True(high > low);
        Assert.Equal(low, new Address(low.ToArray()));
        Assert.NotEqual(low, high);
        Assert.Throws<ArgumentException>(() => new Address(new byte[19]));
        Assert.Throws<ArgumentException>(() => new Address(new byte[21]));
    }
}
