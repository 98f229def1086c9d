using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

public sealed class NonceAgreementTests
{
    [Theory]
    [InlineData("100:5", 5)]
    [InlineData("100:5 100:5", 5)]
    [InlineData("101:6 100:5", 6)]             // the newer block explains it
    [InlineData("100:5 101:6", 6)]
    [InlineData("100:9 100:5", 5)]             // contradicted at the same block
    [InlineData("100:9 101:5", 5)]             // contradicted at a later one
    [InlineData("101:50 100:5 100:5", 5)]      // one of three alone
    [InlineData("101:6 101:6 100:5", 6)]
    [InlineData("100:0 100:5 100:5", 5)]       // in either direction
    [InlineData("a100:50 a100:50 b100:5 c100:5", 5)] // two of one operator are one voice
    [InlineData("100:50 100:50 100:5 100:5 100:5", 5)] // two of five
    [InlineData("a100:50 a101:50 b100:5", 50)]
    [InlineData("a99:5 a100:6 b100:6", 6)]     // one of its two nodes is behind
    public void What_several_answers_amount_to(string answers, ulong expected) =>
        Assert.Equal(expected, NonceAgreement.Of(Parse(answers), Parse(answers).DistinctBy(one => one.Operator).Count()));

    [Theory]
    [InlineData("101:50 100:5", 3, 5)]          // the third is silent: neither outvotes the other, and too low is mended
    [InlineData("100:50", 3, 50)]               // there is nothing else to go by
    [InlineData("101:50 101:50 100:5", 5, 5)]   // three of five would be a quorum of two minds
    [InlineData("100:6 100:6 100:5 100:0", 5, 5)]
    [InlineData("101:50 100:5", 2, 50)]         // with two the newer block explains it
    public void Those_who_are_silent_count_among_the_configured(string answers, int operators, ulong expected) =>
        Assert.Equal(expected, NonceAgreement.Of(Parse(answers), operators));

    [Fact]
    public void One_liar_among_three_or_more_moves_nothing_beyond_what_the_honest_ones_say()
    {
        var answer = from head in Gen.Choose(1, 5) from nonce in Gen.Choose(0, 9) select (Head: (long)head, Nonce: (ulong)nonce);
        var honest = answer.NonEmptyListOf().Where(list => list.Count >= 2);
        var property = Prop.ForAll(honest.ToArbitrary(), answer.ToArbitrary(), (truths, lie) =>
        {
            Told<ulong>[] answers = [.. truths.Append(lie).Select((one, i) => new Told<ulong>($"{i}", $"{i}", one.Head, one.Nonce))];
            var agreed = NonceAgreement.Of(answers, answers.Length);
            return agreed >= truths.Min(one => one.Item2) && agreed <= truths.Max(one => one.Item2);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), property);
    }

    private static Told<ulong>[] Parse(string answers) => [.. answers.Split(' ').Select((answer, place) => Parse(answer, place))];

    // An operator is a letter; without one each answer has its own.
    private static Told<ulong> Parse(string answer, int place)
    {
        var parts = answer.Split(':');
        var who = char.IsLetter(answer[0]) ? answer[..1] : $"{place}";
        return new(
            $"{place}", who, long.Parse(parts[0].TrimStart(who[0] is >= 'a' ? who[0] : ' '), CultureInfo.InvariantCulture),
            ulong.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
