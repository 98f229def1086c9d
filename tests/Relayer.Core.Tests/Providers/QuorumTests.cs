using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Tests.Providers;

/// <summary>What several providers' words amount to.</summary>
public sealed class QuorumTests
{
    [Theory]
    [InlineData("a", 1, "a")] // One alone is taken at its word.
    [InlineData("", 1, null)]
    [InlineData("aa", 2, "a")]
    [InlineData("ab", 2, null)] // Two that differ: neither.
    [InlineData("a", 2, "a")] // The other is silent.
    [InlineData("aab", 3, "a")]
    [InlineData("abb", 3, "b")]
    [InlineData("abc", 3, null)]
    [InlineData("ab", 3, null)] // One of each, and the third is silent.
    [InlineData("aa", 3, "a")]
    [InlineData("a", 3, "a")]
    [InlineData("aaab", 5, "a")]
    [InlineData("aab", 5, null)] // Two of five are no quorum against one.
    public void More_than_half_of_those_configured_are_believed_and_fewer_where_nobody_contradicts(string said, int configured, string? believed)
    {
        var isAgreed = Quorum.Of([.. said], configured, out var agreed);

        Assert.Equal(believed is not null, isAgreed);
        Assert.True(believed is null || believed[0] == agreed);
    }

    [Fact]
    public void A_canonical_block_is_as_deep_as_those_say_who_agree_on_it()
    {
        var (hash, other) = (Keccak256.Hash("a"u8), Keccak256.Hash("b"u8));

        var block = CanonicalBlock.Agreed(10, [(12, hash), (13, hash), (99, other)], configured: 3)!;

        Assert.Equal((10, hash, 3), (block.Number, block.Hash, block.Depth));
    }
}
