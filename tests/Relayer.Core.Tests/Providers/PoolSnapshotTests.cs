using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Tests.Providers;

public sealed class PoolSnapshotTests
{
    private const int MaxLag = 3;
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Theory]
    [InlineData("-", "", "?")]                         // nobody told
    [InlineData("100", "100", "=")]
    [InlineData("100 -", "100", "=?")]
    [InlineData("100 97", "100", "==")]                // just within
    [InlineData("100 96", "100", "=<")]
    [InlineData("96 100", "100", "<=")]
    [InlineData("100 100 9000000", "100", "==>")]      // a liar among three
    [InlineData("9000000 100 99", "100", ">==")]
    [InlineData("100 100 50", "100", "==<")]
    [InlineData("101 100 99 98", "100", "====")]
    [InlineData("100 9000000 -", "9000000", "<=?")]    // with two, and nothing known before, the higher
    public void The_pools_head_and_where_each_stands(string heads, string head, string standings)
    {
        var view = PoolSnapshot.Of(Heads(heads), null, MaxLag, Now);
        Assert.Equal(head, $"{view.Head}");
        Assert.Equal(standings, string.Concat(view.Standings.Select(Sign)));
    }

    [Theory]
    [InlineData("9000000 9000000 100", "aab", "9000000")] // Two that lie together are one voice of two, not two of three.
    [InlineData("9000000 9000000 100 100", "aabc", "100")]
    [InlineData("100 97 100", "aab", "100")]
    public void Those_of_one_operator_are_one_voice(string heads, string operators, string head) => Assert.Equal(
        head, $"{PoolSnapshot.Of(Heads(heads), null, MaxLag, Now, [.. operators.Select(one => $"{one}")]).Head}");

    [Theory]
    [InlineData("100 9000000", 1, "100", "=>")]        // no chain makes so many blocks in a second
    [InlineData("100 140", 1, "140", "<=")]            // but so many it may
    [InlineData("100 9000000", 200_000, "9000000", "<=")]
    [InlineData("900 901", 1, "901", "==")]            // two who agree are believed whatever was before
    [InlineData("100", 1, "100", "=")]
    public void With_two_a_head_that_no_chain_could_have_reached_is_a_lie(string heads, int secondsLater, string head, string standings)
    {
        var before = PoolSnapshot.Of(Heads("100 100"), null, MaxLag, Now);
        var view = PoolSnapshot.Of(Heads(heads), before, MaxLag, Now.AddSeconds(secondsLater));
        Assert.Equal(head, $"{view.Head}");
        Assert.Equal(standings, string.Concat(view.Standings.Select(Sign)));
    }

    [Fact]
    public void When_those_who_knew_better_are_gone_the_rest_stays_behind_for_a_minute()
    {
        var view = PoolSnapshot.Of(Heads("100 50"), null, MaxLag, Now);
        for (var second = 3; second <= 60; second += 3)
        {
            view = PoolSnapshot.Of(Heads("- 51"), view, MaxLag, Now.AddSeconds(second));
            Assert.Equal((100, Standing.Lagging), (view.Head, view.Standings[1]));
        }

        view = PoolSnapshot.Of(Heads("- 52"), view, MaxLag, Now.AddSeconds(61));
        Assert.Equal((52, Standing.Level), (view.Head, view.Standings[1]));
    }

    [Fact]
    public void A_head_told_later_may_be_higher_by_what_chains_make_in_the_time()
    {
        var view = PoolSnapshot.Of(Heads("100 100"), null, MaxLag, Now);
        Assert.False(view.IsAhead(100 + MaxLag + 50, MaxLag, Now.AddSeconds(1)));
        Assert.True(view.IsAhead(100 + MaxLag + 51, MaxLag, Now.AddSeconds(1)));
    }

    [Fact]
    public void One_liar_among_three_or_more_never_moves_the_honest_ones()
    {
        var honest = Gen.Choose(1000, 1000 + MaxLag).NonEmptyListOf().Where(list => list.Count is >= 2 and < 8);
        var property = Prop.ForAll(
            honest.ToArbitrary(), ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<PositiveInt>(), (heads, lie, place) =>
            {
                var all = heads.Select(head => (long?)head).ToList();
                all.Insert(place.Get % (all.Count + 1), Math.Abs(lie % 1_000_000_000));
                var liar = place.Get % all.Count;
                var view = PoolSnapshot.Of(all, null, MaxLag, Now);
                return view.Standings.Where((_, i) => i != liar).All(standing => standing == Standing.Level);
            });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), property);
    }

    private static long?[] Heads(string heads) =>
        [.. heads.Split(' ').Select(head => head == "-" ? (long?)null : long.Parse(head, CultureInfo.InvariantCulture))];

    private static char Sign(Standing standing) => standing switch
    {
        Standing.Level => '=',
        Standing.Lagging => '<',
        Standing.Ahead => '>',
        _ => '?',
    };
}
