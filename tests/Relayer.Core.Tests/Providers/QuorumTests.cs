using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

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
    [InlineData("a", 3, null)] // Two that are silent do not make one a quorum.
    [InlineData("aa", 4, null)]
    [InlineData("aaab", 5, "a")]
    [InlineData("aaabb", 5, "a")]
    [InlineData("aab", 5, null)]
    [InlineData("aa", 5, null)]
    public void More_than_half_of_the_configured_operators_are_believed_and_one_of_two_where_the_other_is_silent(string said, int operators, string? believed)
    {
        var isAgreed = Quorum.Of([.. said.Select((word, i) => new Told<char>($"{i}", $"{i}", 1, word))], operators, out var agreed);

        Assert.Equal(believed is not null, isAgreed);
        Assert.True(believed is null || believed[0] == agreed);
    }

    [Theory]
    [InlineData("A:a A:a B:b", 2, null)] // One against one, by however many nodes.
    [InlineData("A:a A:a B:a", 3, "a")]
    [InlineData("A:a A:a B:b", 3, null)]
    [InlineData("A:a A:a A:a", 3, null)]
    [InlineData("A:a A:b B:a C:a", 3, "a")] // Whose nodes differ has no voice.
    [InlineData("A:a A:b B:a", 3, null)]
    [InlineData("A:a A:b", 1, null)]
    [InlineData("A:a A:a", 1, "a")]
    public void Several_nodes_of_one_operator_are_one_voice(string said, int operators, string? believed)
    {
        Told<char>[] answers = [.. said.Split(' ').Select((word, i) => new Told<char>($"{i}", word[..1], 1, word[2]))];

        Assert.Equal(believed, Quorum.Of(answers, operators, out var agreed) ? $"{agreed}" : null);
    }

    [Theory]
    [InlineData("12 13", 3, 2)] // The third says another block, or nothing: both must have it so deep.
    [InlineData("12 13 99", 3, 3)] // One that claims to be far ahead moves it to the second highest at most.
    [InlineData("99 12", 2, 2)] // Of two the lower.
    [InlineData("99", 2, 89)] // The other is silent.
    [InlineData("12 13 14 98 99", 5, 4)]
    public void A_canonical_block_is_as_deep_as_a_quorum_of_those_say_who_agree_on_it(string heads, int operators, long depth)
    {
        var (hash, other) = (Keccak256.Hash("a"u8), Keccak256.Hash("b"u8));
        var agreeing = heads.Split(' ').Select((head, i) => new Told<Hash32>($"{i}", $"{i}", long.Parse(head, System.Globalization.CultureInfo.InvariantCulture), hash));
        Told<Hash32>[] contradicting = operators < 3 ? [] : [new("z", "z", 1_000, other)];

        var block = CanonicalBlock.Agreed(10, [.. agreeing, .. contradicting], operators)!;

        Assert.Equal((10, hash, depth), (block.Number, block.Hash, block.Depth));
    }
}
