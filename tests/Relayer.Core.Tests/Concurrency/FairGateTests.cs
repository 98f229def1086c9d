using Relayer.Core.Concurrency;

namespace Relayer.Core.Tests.Concurrency;

public sealed class FairGateTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_free_seat_is_taken_at_once_and_given_back_once()
    {
        var gate = new FairGate(1, 10, Long, TimeProvider.System);
        var seat = await Now(Enter(gate, "a"));
        var next = Enter(gate, "a");

        Assert.False(next.IsCompleted);
        seat!.Dispose();
        seat.Dispose();
        (await next)!.Dispose();
        Assert.NotNull(await Now(Enter(gate, "b")));
        Assert.False(Enter(gate, "b").IsCompleted);
    }

    [Fact]
    public async Task Who_holds_fewer_is_next_however_many_wait_before()
    {
        var gate = new FairGate(4, 100, Long, TimeProvider.System);
        var greedy = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Enter(gate, "greedy")));
        var more = Enumerable.Range(0, 50).Select(_ => Enter(gate, "greedy")).ToArray();
        var (one, two) = (Enter(gate, "one"), Enter(gate, "two"));

        greedy[0]!.Dispose();
        Assert.NotNull(await one);
        greedy[1]!.Dispose();
        Assert.NotNull(await two);
        Assert.All(more, waiting => Assert.False(waiting.IsCompleted));

        // Two are held by the greedy one, one by each of the others: each has its turn.
        var again = Enter(gate, "one");
        (await two)!.Dispose();
        Assert.NotNull(await again);
    }

    [Fact]
    public async Task One_request_of_a_caller_waits_for_a_turn_of_its_other_calls_and_not_for_all_of_their_parts()
    {
        var gate = new FairGate(1, 1000, Long, TimeProvider.System);
        var seat = await Enter(gate, "a");
        object[] batches = [new(), new(), new()];
        var parts = batches.SelectMany(batch => Enumerable.Range(0, 100).Select(_ => Enter(gate, "a", batch))).ToArray();
        var single = Enter(gate, "a");
        for (var turns = 0; turns < batches.Length; turns++)
        {
            Assert.False(single.IsCompleted);
            var before = parts.Where(part => !part.IsCompleted).ToArray();
            seat!.Dispose();
            seat = await await Task.WhenAny(before);
        }

        seat!.Dispose();
        Assert.NotNull(await single);
    }

    [Fact]
    public async Task Once_the_places_are_taken_the_one_who_has_most_is_refused_and_makes_room_for_others()
    {
        var gate = new FairGate(1, 10, Long, TimeProvider.System);
        var seat = await Enter(gate, "greedy");
        var batch = new object();
        var waiting = Enumerable.Range(0, 10).Select(_ => Enter(gate, "greedy", batch)).ToArray();

        Assert.Null(await Now(Enter(gate, "greedy", batch)));
        var modest = Enter(gate, "modest");
        Assert.Null(await Now(waiting[^1]));
        var sibling = Enter(gate, "greedy"); // Another call from the same place.
        Assert.Null(await Now(waiting[^2]));
        Assert.Equal(10, gate.Waiting);

        seat!.Dispose();
        (await waiting[0])!.Dispose();
        (await modest)!.Dispose();
        Assert.NotNull(await sibling);
    }

    [Fact]
    public async Task Without_places_nobody_waits()
    {
        var gate = new FairGate(1, 0, Long, TimeProvider.System);
        Assert.NotNull(await Now(Enter(gate, "a")));
        Assert.Null(await Now(Enter(gate, "b")));
    }

    [Fact]
    public async Task Whoever_leaves_or_loses_patience_leaves_the_line_and_holds_nothing()
    {
        var gate = new FairGate(1, 10, TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var seat = await Enter(gate, "a");
        Assert.Null(await Enter(gate, "b"));
        using var leaving = new CancellationTokenSource();
        var left = gate.EnterAsync(new GateCaller("c", new object()), leaving.Token).AsTask();
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Equal(0, gate.Waiting);
        seat!.Dispose();
        Assert.NotNull(await Now(Enter(gate, "d")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_comes_and_goes_no_seat_is_lost_and_none_is_empty_while_somebody_waits(int seed)
    {
        const int Seats = 5;
        const int Places = 20;
        var random = new Random(seed);
        var gate = new FairGate(Seats, Places, Long, TimeProvider.System);
        var (inside, outside) = (new List<Seat>(), new List<(Task<Seat?> Entry, CancellationTokenSource Leave)>());
        object[] calls = [.. Enumerable.Range(0, 12).Select(_ => new object())];
        for (var step = 0; step < 4_000; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var (leave, call) = (new CancellationTokenSource(), random.Next(calls.Length));
                    outside.Add((gate.EnterAsync(new GateCaller($"{call % 4}", calls[call]), leave.Token).AsTask(), leave));
                    break;
                case 2 when outside.Count > 0:
                    await outside[random.Next(outside.Count)].Leave.CancelAsync();
                    break;
                case > 2 when inside.Count > 0:
                    var at = random.Next(inside.Count);
                    inside[at].Dispose();
                    inside.RemoveAt(at);
                    break;
            }

            foreach (var one in outside.Where(one => one.Entry.IsCompleted).ToArray())
            {
                await TakeAsync(one);
            }

            Assert.InRange(gate.Waiting, 0, Places);
            Assert.InRange(inside.Count + gate.Free, 0, Seats);
            Assert.True(gate.Waiting == 0 || gate.Free == 0);
        }

        while (inside.Count > 0 || outside.Count > 0)
        {
            inside.ForEach(seat => seat.Dispose());
            inside.Clear();
            if (outside.Count > 0)
            {
                await Task.WhenAny(outside.Select(one => one.Entry));
                await TakeAsync(outside.First(one => one.Entry.IsCompleted));
            }
        }

        Assert.Equal((0, Seats), (gate.Waiting, gate.Free));

        async Task TakeAsync((Task<Seat?> Entry, CancellationTokenSource Leave) one)
        {
            outside.Remove(one);
            one.Leave.Dispose();
            if (!one.Entry.IsCanceled && await one.Entry is { } seat)
            {
                inside.Add(seat);
            }
        }
    }

    private static Task<Seat?> Enter(FairGate gate, string name, object? call = null) =>
        gate.EnterAsync(new GateCaller(name, call ?? new object()), Cancellation).AsTask();

    /// <summary>What is answered without anybody leaving; a continuation may take a moment.</summary>
    private static Task<Seat?> Now(Task<Seat?> entry) => entry.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
}
