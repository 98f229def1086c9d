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

    [Fact]
    public void Allows_only_calldata_that_starts_with_the_selector()
    {
        Assert.True(AllowedFunction.TryParse("increment()", out var function));
        Assert.True(function.Allows([0xd0, 0x9d, 0xe0, 0x8a, 1]));
        Assert.False(function.Allows([0xd0, 0x9d, 0xe0, 0x8b]));
        Assert.False(function.Allows([0xd0, 0x9d, 0xe0]));
        Assert.False(function.Allows([]));
    }

    [Fact]
    public void A_star_allows_all_even_bare_calls()
    {
        Assert.True(AllowedFunction.TryParse("*", out var function));
        Assert.True(function.Allows([]));
        Assert.True(function.Allows([1, 2, 3, 4]));
    }
}
