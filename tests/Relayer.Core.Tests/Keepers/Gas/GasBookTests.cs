using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Perps.Gas;

namespace Relayer.Core.Tests.Keepers.Gas;

public sealed class GasBookTests
{
    private readonly MovableTime _time = new();

    [Fact]
    public void What_is_not_known_is_not_guessed()
    {
        var book = new GasBook(_time);
        Assert.Null(book.Expect(Settle(1)));
        Assert.True(book.Lacks(Settle(1)[0].Function, 1));

        book.Learn(Settle(1), 7_000_000);
        Assert.Equal(7_000_000UL, book.Expect(Settle(1)));
        Assert.Null(book.Expect(Settle(2)));
        Assert.Null(book.Expect(Cancel(1)));
        Assert.True(book.Lacks(Settle(1)[0].Function, 2));
        Assert.False(book.Lacks(Settle(1)[0].Function, 1));
    }

    [Fact]
    public void The_second_and_each_further_one_take_what_the_second_took()
    {
        var book = new GasBook(_time);
        book.Learn(Settle(1), 7_000_000);
        book.Learn(Settle(2), 9_400_000);

        Assert.Equal(9_400_000UL, book.Expect(Settle(2)));
        Assert.Equal(16_600_000UL, book.Expect(Settle(5)));
    }

    [Fact]
    public void Of_several_functions_the_dearest_is_the_first_one()
    {
        var book = new GasBook(_time);
        book.Learn(Settle(1), 700);
        book.Learn(Settle(2), 900);
        book.Learn(Cancel(1), 500);
        book.Learn(Cancel(2), 600);

        Assert.Equal(700UL + 200, book.Expect([.. Settle(1), .. Cancel(1)]));
        Assert.Equal(700UL + 200 + 200, book.Expect([.. Settle(2), .. Cancel(1)]));
    }

    [Fact]
    public void The_dearest_counts_and_is_forgotten_after_ten_minutes()
    {
        var book = new GasBook(_time);
        book.Learn(Settle(1), 700);
        book.Learn(Settle(1), 800);
        book.Learn(Settle(1), 300);
        Assert.Equal(800UL, book.Expect(Settle(1)));

        book.Learn(Settle(11), 2_800);
        book.Learn(Settle(3), 900);
        Assert.Equal(1_000UL, book.Expect(Settle(2)));

        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Null(book.Expect(Settle(1)));
        book.Learn(Settle(1), 300);
        Assert.Equal(300UL, book.Expect(Settle(1)));
    }

    [Fact]
    public void Those_of_several_functions_teach_nothing_about_each()
    {
        var book = new GasBook(_time);
        book.Learn([.. Settle(1), .. Cancel(1)], 900);

        Assert.Null(book.Expect(Settle(1)));
    }

    private static PerpsTask[] Settle(int count) => Of(count, [1, 2, 3, 4]);

    private static PerpsTask[] Cancel(int count) => Of(count, [5, 6, 7, 8]);

    private static PerpsTask[] Of(int count, byte[] call) =>
        [.. Enumerable.Range(0, count).Select(_ => new PerpsTask(new KeeperWork(new FoundWork(default, "", "", "", default), 0, 0, default, "", null), call))];
}
