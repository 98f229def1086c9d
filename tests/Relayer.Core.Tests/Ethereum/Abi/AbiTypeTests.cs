using DevChain.Abi;

namespace Relayer.Core.Tests.Ethereum.Abi;

public sealed class AbiTypeTests
{
    [Theory]
    [InlineData("uint8", false, 32)]
    [InlineData("int256", false, 32)]
    [InlineData("address", false, 32)]
    [InlineData("bool[3]", false, 96)]
    [InlineData("bytes32", false, 32)]
    [InlineData("bytes", true, 32)]
    [InlineData("string[2]", true, 32)]
    [InlineData("(address,uint256)", false, 64)]
    [InlineData("(address,uint256)[2][3]", false, 384)]
    [InlineData("(address,uint256,bytes)[]", true, 32)]
    [InlineData("((uint48,(bool,bytes4[])[2]),string)[][4]", true, 32)]
    public void A_canonical_type_is_read_and_written_back(string text, bool isDynamic, int headSize)
    {
        var type = AbiType.Parse(text);

        Assert.Equal(text, type.ToString());
        Assert.Equal(isDynamic, type.IsDynamic);
        Assert.Equal(headSize, type.HeadSize);
        Assert.Equal(AbiType.Parse(text), type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("uint")]
    [InlineData("uint0")]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("uint08")]
    [InlineData("int")]
    [InlineData("bytes0")]
    [InlineData("bytes33")]
    [InlineData("bytes01")]
    [InlineData("Uint256")]
    [InlineData("uint256 ")]
    [InlineData(" uint256")]
    [InlineData("uint256[0]")]
    [InlineData("uint256[-1]")]
    [InlineData("uint256[01]")]
    [InlineData("uint256[999999999999]")]
    [InlineData("uint256[9999999][9999999]")]
    [InlineData("(uint256[500000],uint256[500000])")]
    [InlineData("uint256[")]
    [InlineData("uint256[]]")]
    [InlineData("uint256]")]
    [InlineData("()")]
    [InlineData("()[]")]
    [InlineData("(uint256")]
    [InlineData("(uint256,)")]
    [InlineData("(,uint256)")]
    [InlineData("uint256)")]
    [InlineData("(uint256))")]
    [InlineData("address payable")]
    [InlineData("function")]
    [InlineData("mapping(address=>bool)")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(AbiType.TryParse(text, out _));
        Assert.Throws<FormatException>(() => AbiType.Parse(text));
    }

    [Theory]
    [InlineData('(', ')')]
    [InlineData('[', ']')]
    public void Nesting_is_bounded(char open, char close)
    {
        string Nested(int depth) => open == '('
            ? new string(open, depth - 1) + "bool" + new string(close, depth - 1)
            : "bool" + string.Concat(Enumerable.Repeat("[]", depth - 1));

        Assert.True(AbiType.TryParse(Nested(AbiType.MaxDepth), out _));
        Assert.False(AbiType.TryParse(Nested(AbiType.MaxDepth + 1), out _));
        Assert.False(AbiType.TryParse(Nested(100_000), out _));
    }

    [Theory]
    [InlineData("transfer")]
    [InlineData("(address)")]
    [InlineData("transfer(address to)")]
    [InlineData("transfer(address, uint256)")]
    [InlineData("1transfer(address)")]
    [InlineData("trans fer(address)")]
    [InlineData("transfer(address)[]")]
    [InlineData("transfer(address")]
    public void A_signature_that_is_not_canonical_is_refused(string text) => Assert.False(AbiSignature.TryParse(text, out _));

    [Fact]
    public void A_function_without_arguments_is_its_selector() =>
        Assert.Equal([0xd0, 0x9d, 0xe0, 0x8a], AbiSignature.Parse("increment()").Encode());
}
