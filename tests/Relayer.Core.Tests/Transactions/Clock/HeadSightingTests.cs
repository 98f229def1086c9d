using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Clock;

namespace Relayer.Core.Tests.Transactions.Clock;

/// <summary>What is remembered of the newest block as it is told again and again.</summary>
public sealed class HeadSightingTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly HeadSighting First = HeadSighting.Of(Block(100, 0), At(1));

    [Fact]
    public void The_first_look_does_not_say_that_it_moves() => Assert.Null(First.MovedAt);

    [Fact]
    public void A_higher_block_is_the_newest_and_shows_that_it_moves()
    {
        var next = First.After(Block(103, 6), At(7));
        Assert.Equal((103L, At(6), At(7), (DateTimeOffset?)At(7)), (next.Number, next.Timestamp, next.SeenAt, next.MovedAt));
    }

    [Fact]
    public void The_same_height_again_shows_that_the_block_is_still_the_newest()
    {
        Assert.Equal(First with { SeenAt = At(9) }, First.After(100, At(9)));
        Assert.Equal(First with { SeenAt = At(9) }, First.After(Block(100, 0), At(9)));
    }

    [Fact]
    public void A_height_without_its_block_shows_that_it_moves_and_nothing_of_its_time()
    {
        var told = First.After(101, At(3)).After(101, At(8));
        Assert.Equal((100L, At(0), At(1), (DateTimeOffset?)At(3)), (told.Number, told.Timestamp, told.SeenAt, told.MovedAt));
        var read = told.After(Block(101, 2), At(9));
        Assert.Equal((101L, At(2), At(9), (DateTimeOffset?)At(3)), (read.Number, read.Timestamp, read.SeenAt, read.MovedAt));
    }

    [Fact]
    public void Of_several_times_of_one_block_the_latest_counts_so_that_no_node_makes_a_chain_stand_still() =>
        Assert.Equal(At(0), First.After(Block(100, -7_200), At(2)).Timestamp);

    [Fact]
    public void A_lower_block_is_a_backend_that_lags_and_after_a_while_a_shorter_chain()
    {
        Assert.Equal(First, First.After(Block(98, -4), At(30)));
        var shorter = First.After(Block(98, -4), At(32));
        Assert.Equal((98L, At(-4), At(32)), (shorter.Number, shorter.Timestamp, shorter.SeenAt));
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static BlockHeader Block(long number, int seconds) => new(number, default, At(seconds), Wei.FromGwei(1));
}
