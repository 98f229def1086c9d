using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Confirmation;

namespace Relayer.Core.Tests.Transactions;

/// <summary>The state machine, row by row and under any sequence of observations.</summary>
public sealed class TransitionTests
{
    private const int Confirmations = 3;
    private static readonly Inclusion Block10 = IncludedAt(10);

    public static TheoryData<TransactionState, Observation, TransactionState> Rows { get; } = new()
    {
        // Reserved: nothing but its own bytes moves it.
        { new TransactionState.Reserved(), new Observation.BytesStored(), new TransactionState.Signed() },
        { new TransactionState.Reserved(), new Observation.NodeTookIt(), new TransactionState.Reserved() },
        { new TransactionState.Reserved(), Seen(Block10, 99), new TransactionState.Reserved() },
        { new TransactionState.Reserved(), new Observation.ReceiptMissing(99), new TransactionState.Reserved() },
        { new TransactionState.Reserved(), Taken(1, 99), new TransactionState.Reserved() },

        // Signed.
        { new TransactionState.Signed(), new Observation.BytesStored(), new TransactionState.Signed() },
        { new TransactionState.Signed(), new Observation.NodeTookIt(), new TransactionState.Broadcast() },
        { new TransactionState.Signed(), Seen(Block10, 10), new TransactionState.Mined(Block10) },
        { new TransactionState.Signed(), Seen(Block10, 13), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Signed(), new Observation.ReceiptMissing(99), new TransactionState.Signed() },
        { new TransactionState.Signed(), Taken(10, 12), new TransactionState.Signed() },
        { new TransactionState.Signed(), Taken(10, 13), new TransactionState.NonceUsedExternally() },

        // Broadcast.
        { new TransactionState.Broadcast(), new Observation.NodeTookIt(), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), new Observation.ReceiptMissing(99), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), Seen(Block10, 12), new TransactionState.Mined(Block10) },
        { new TransactionState.Broadcast(), Taken(10, 12), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), Taken(10, 13), new TransactionState.NonceUsedExternally() },

        // Mined.
        { new TransactionState.Mined(Block10), Seen(Block10, 12), new TransactionState.Mined(Block10) },
        { new TransactionState.Mined(Block10), Seen(IncludedAt(11), 12), new TransactionState.Mined(IncludedAt(11)) },
        { new TransactionState.Mined(Block10), Seen(Block10, 13), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Mined(Block10), Seen(Reverted, 13), new TransactionState.Failed(Reverted) },
        { new TransactionState.Mined(Block10), Seen(Noop, 13), new TransactionState.Cancelled(Noop) },
        { new TransactionState.Mined(Block10), Seen(Noop with { Succeeded = false }, 13), new TransactionState.Cancelled(Noop with { Succeeded = false }) },
        { new TransactionState.Mined(Block10), new Observation.ReceiptMissing(10), new TransactionState.Broadcast() },
        { new TransactionState.Mined(Block10), new Observation.ReceiptMissing(9), new TransactionState.Mined(Block10) },
        { new TransactionState.Mined(Block10), Taken(1, 99), new TransactionState.Mined(Block10) },

        // Final.
        { new TransactionState.Confirmed(Block10), new Observation.ReceiptMissing(99), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Failed(Block10), Seen(Block10, 99), new TransactionState.Failed(Block10) },
        { new TransactionState.Cancelled(Block10), new Observation.NodeTookIt(), new TransactionState.Cancelled(Block10) },
        { new TransactionState.NonceUsedExternally(), Seen(Block10, 99), new TransactionState.NonceUsedExternally() },
    };

    private static Inclusion Reverted => Block10 with { Succeeded = false };

    private static Inclusion Noop => Block10 with { IsNoop = true };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void Each_observation_moves_a_state_as_written(TransactionState before, Observation observation, TransactionState after) =>
        Assert.Equal(after, Transition.Next(before, observation, Confirmations));

    [Fact]
    public void Without_confirmations_the_first_block_settles() =>
        Assert.Equal(new TransactionState.Confirmed(Block10), Transition.Next(new TransactionState.Broadcast(), Seen(Block10, 10), 0));

    [Fact]
    public void Without_confirmations_a_taken_nonce_is_still_looked_at_twice() =>
        Assert.Equal(new TransactionState.Broadcast(), Transition.Next(new TransactionState.Broadcast(), Taken(10, 10), 0));

    [Fact]
    public void No_sequence_of_observations_reaches_what_must_not_be()
    {
        var observations = Observations().ListOf().Select(list => list.ToArray());
        Prop.ForAll(observations.ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), (sequence, confirmations) =>
        {
            TransactionState state = new TransactionState.Reserved();
            foreach (var observation in sequence)
            {
                var next = Transition.Next(state, observation, confirmations);
                if (!MayFollow(state, next) || !IsDeepEnough(state, observation, next, confirmations))
                {
                    return false;
                }

                state = next;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void From_any_state_a_sequence_of_observations_takes_only_legal_steps_and_none_from_a_final_one()
    {
        var observations = Observations().ListOf().Select(list => list.ToArray());
        Prop.ForAll(AnyState().ToArbitrary(), observations.ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), (start, sequence, confirmations) =>
        {
            var state = start;
            foreach (var observation in sequence)
            {
                var next = Transition.Next(state, observation, confirmations);
                if (!MayFollow(state, next) || (state.IsFinal && next != state) || next.IsFinal != next.Kind >= TransactionStateKind.Confirmed)
                {
                    return false;
                }

                state = next;
            }

            return !start.IsFinal || state == start;
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<TransactionState> AnyState() => Gen.Elements<TransactionState>(
        new TransactionState.Reserved(), new TransactionState.Signed(), new TransactionState.Broadcast(), new TransactionState.Mined(Block10),
        new TransactionState.Confirmed(Block10), new TransactionState.Cancelled(Noop), new TransactionState.NonceUsedExternally(),
        new TransactionState.Failed(Reverted));

    private static bool MayFollow(TransactionState before, TransactionState after) => (before, after) switch
    {
        _ when before == after => true,
        (TransactionState.Reserved, TransactionState.Signed) => true,
        (TransactionState.Signed, TransactionState.Broadcast) => true,
        (TransactionState.Mined, TransactionState.Broadcast) => true,
        (TransactionState.Signed or TransactionState.Broadcast, TransactionState.NonceUsedExternally) => true,
        (TransactionState.Signed or TransactionState.Broadcast or TransactionState.Mined,
            TransactionState.Mined or TransactionState.Confirmed or TransactionState.Failed or TransactionState.Cancelled) => true,
        _ => false,
    };

    private static bool IsDeepEnough(TransactionState before, Observation observation, TransactionState after, int confirmations) =>
        before == after || !after.IsFinal || observation switch
        {
            Observation.ReceiptSeen seen => seen.Head - seen.Inclusion.BlockNumber >= confirmations,
            Observation.NonceTakenByAnother taken => taken.Head > taken.Since && taken.Head - taken.Since >= confirmations,
            _ => false,
        };

    private static Gen<Observation> Observations() => Gen.Frequency(
        (2, Gen.Constant<Observation>(new Observation.BytesStored())),
        (2, Gen.Constant<Observation>(new Observation.NodeTookIt())),
        (5, from block in Gen.Choose(1, 20)
            from depth in Gen.Choose(0, 8)
            from flags in Gen.Choose(0, 7)
            select Seen(IncludedAt(block) with { IsNoop = flags < 2, Succeeded = flags % 2 == 0 }, block + depth)),
        (3, Gen.Choose(1, 25).Select(head => (Observation)new Observation.ReceiptMissing(head))),
        (1, from since in Gen.Choose(1, 20) from later in Gen.Choose(0, 8) select Taken(since, since + later)));

    private static Observation Seen(Inclusion inclusion, long head) => new Observation.ReceiptSeen(inclusion, head);

    private static Observation Taken(long since, long head) => new Observation.NonceTakenByAnother(since, head);

    private static Inclusion IncludedAt(long block) => new(
        Keccak256.Hash("transaction"u8), false, block, Keccak256.Hash([(byte)block]), true, 21_000, new Wei(7), Wei.Zero, new Wei(147_000));
}
