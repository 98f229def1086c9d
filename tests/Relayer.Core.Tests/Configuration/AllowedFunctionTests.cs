using Relayer.Core.Configuration.Chains;

namespace Relayer.Core.Tests.Configuration;

public sealed class AllowedFunctionTests
{
    [Theory]
    [InlineData("transfer(address,uint256)", 0xa9059cbb)]
    [InlineData("increment()", 0xd09de08a)]
    [InlineData("0xd09de08a", 0xd09de08a)]
    [InlineData("0xD09DE08A", 0xd09de08a)]
    [InlineData("execute((address,address,uint256,uint256,uint48,bytes,bytes))", 0xdf905caf)]
    [InlineData("executeBatch((address,address,uint256,uint256,uint48,bytes,bytes)[],address)", 0xccf96b4a)]
    [InlineData("multicall(bytes[])", 0xac9650d8)]
    public void Reads_a_selector_or_hashes_a_signature(string text, uint selector)
    {
        Assert.True(AllowedFunction.TryParse(text, out var function));
        Assert.Equal(selector, function.Selector);
    }

    [Theory]
    [InlineData("")]
    [InlineData("increment")]
    [InlineData("increment() ")]
    [InlineData("increment()\n")]
    [InlineData("transfer(address, uint256)")]
    [InlineData("transfer(address to,uint256 amount)")]
    [InlineData("transfer(address,uint)")]
    [InlineData("transfer(address,uint257)")]
    [InlineData("transfer(address,)")]
    [InlineData("transfer(,address)")]
    [InlineData("transfer(address")]
    [InlineData("transfer(address))")]
    [InlineData("transfer((address)")]
    [InlineData("f(bytes33)")]
    [InlineData("f()()")]
    [InlineData("f()g")]
    [InlineData("0xd09de0")]
    [InlineData("0xd09de08a\n")]
    [InlineData("d09de08a")]
    [InlineData("**")]
    public void Refuses_what_no_contract_has(string text) => Assert.False(AllowedFunction.TryParse(text, out _));

    [Theory]
    [InlineData("f(bool[0])")]
    [InlineData("f(())")]
    [InlineData("f(bool[07])")]
    public void Refuses_types_that_no_contract_has(string text) => Assert.False(AllowedFunction.TryParse(text, out _));

    [Theory]
    [InlineData("transfer(address,uint256)", true)]
    [InlineData("0xa9059cbb", false)]
    [InlineData("*", false)]
    public void Only_a_signature_says_how_arguments_are_encoded(string text, bool isKnown)
    {
        Assert.True(AllowedFunction.TryParse(text, out var function));
        Assert.Equal(isKnown, function.Shape is not null);
    }
}
