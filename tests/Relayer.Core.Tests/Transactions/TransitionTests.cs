using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
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
        { new TransactionState.Reserved(), Canonical(Block10, 99), new TransactionState.Reserved() },
        { new TransactionState.Reserved(), new Observation.ReceiptMissing(), new TransactionState.Reserved() },
        { new TransactionState.Reserved(), Taken(10, 99), new TransactionState.Reserved() },

        // Signed.
        { new TransactionState.Signed(), new Observation.BytesStored(), new TransactionState.Signed() },
        { new TransactionState.Signed(), new Observation.NodeTookIt(), new TransactionState.Broadcast() },
        { new TransactionState.Signed(), Seen(Block10), new TransactionState.Mined(Block10) },
        { new TransactionState.Signed(), Canonical(Block10, 10), new TransactionState.Mined(Block10) },
        { new TransactionState.Signed(), Canonical(Block10, 13), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Signed(), Orphaned(Block10, 13), new TransactionState.Signed() },
        { new TransactionState.Signed(), new Observation.ReceiptMissing(), new TransactionState.Signed() },
        { new TransactionState.Signed(), Taken(10, 12), new TransactionState.Signed() },
        { new TransactionState.Signed(), Taken(10, 13), new TransactionState.NonceUsedExternally(Stranger(10)) },

        // Broadcast.
        { new TransactionState.Broadcast(), new Observation.NodeTookIt(), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), new Observation.ReceiptMissing(), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), Seen(Block10), new TransactionState.Mined(Block10) },
        { new TransactionState.Broadcast(), Canonical(Block10, 12), new TransactionState.Mined(Block10) },
        { new TransactionState.Broadcast(), Orphaned(Block10, 99), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), Taken(10, 12), new TransactionState.Broadcast() },
        { new TransactionState.Broadcast(), Taken(10, 13), new TransactionState.NonceUsedExternally(Stranger(10)) },

        // Mined. Neither a receipt alone nor that there is none ends it or takes it back.
        { new TransactionState.Mined(Block10), Seen(Block10), new TransactionState.Mined(Block10) },
        { new TransactionState.Mined(Block10), Seen(IncludedAt(11)), new TransactionState.Mined(IncludedAt(11)) },
        { new TransactionState.Mined(Block10), Canonical(Block10, 12), new TransactionState.Mined(Block10) },
        { new TransactionState.Mined(Block10), Canonical(Block10, 13), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Mined(Block10), Canonical(Reverted, 13), new TransactionState.Failed(Reverted) },
        { new TransactionState.Mined(Block10), Canonical(Noop, 13), new TransactionState.Cancelled(Noop) },
        { new TransactionState.Mined(Block10), Canonical(Noop with { Succeeded = false }, 13), new TransactionState.Cancelled(Noop with { Succeeded = false }) },
        { new TransactionState.Mined(Block10), Orphaned(Block10, 10), new TransactionState.Broadcast() },
        { new TransactionState.Mined(Block10), new Observation.ReceiptMissing(), new TransactionState.Mined(Block10) },
        { new TransactionState.Mined(Block10), Taken(10, 99), new TransactionState.Mined(Block10) },

        // Final.
        { new TransactionState.Confirmed(Block10), new Observation.ReceiptMissing(), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Confirmed(Block10), Orphaned(Block10, 99), new TransactionState.Confirmed(Block10) },
        { new TransactionState.Failed(Block10), Canonical(Block10, 99), new TransactionState.Failed(Block10) },
        { new TransactionState.Cancelled(Block10), new Observation.NodeTookIt(), new TransactionState.Cancelled(Block10) },

        // Thought displaced: its own receipt, canonical and deep enough, is the better evidence, and nothing less.
        { Displaced, Seen(Block10), Displaced },
        { Displaced, Canonical(Block10, 12), Displaced },
        { Displaced, Canonical(Block10, 13), new TransactionState.Confirmed(Block10) },
        { Displaced, Canonical(Reverted, 13), new TransactionState.Failed(Reverted) },
        { Displaced, Canonical(Noop, 13), new TransactionState.Cancelled(Noop) },
        { Displaced, Taken(11, 99), Displaced },
    };

    private static TransactionState Displaced => new TransactionState.NonceUsedExternally(Stranger(10));

    private static Inclusion Reverted => Block10 with { Succeeded = false };

    private static Inclusion Noop => Block10 with { IsNoop = true };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void Each_observation_moves_a_state_as_written(TransactionState before, Observation observation, TransactionState after) =>
        Assert.Equal(after, Transition.Next(before, observation, Confirmations));

    [Fact]
    public void Without_confirmations_the_first_block_settles() =>
        Assert.Equal(new TransactionState.Confirmed(Block10), Transition.Next(new TransactionState.Broadcast(), Canonical(Block10, 10), 0));

    [Fact]
    public void What_a_receipt_is_worth_depends_on_the_block_at_its_height()
    {
        Assert.IsType<Observation.ReceiptSeen>(Observation.OfReceipt(Block10, null));
        Assert.IsType<Observation.ReceiptSeen>(Observation.OfReceipt(Block10, Block(10, Block10.BlockHash, 13)));
        Assert.IsType<Observation.Included>(Observation.OfAgreed(Block10, Receipt(Block10, 13)));
        Assert.IsType<Observation.Orphaned>(Observation.OfReceipt(Block10, Block(10, Keccak256.Hash("another"u8), 13)));
        Assert.Throws<ArgumentException>(() => Observation.OfReceipt(Block10, Block(11, Block10.BlockHash, 13)));
        Assert.Throws<ArgumentException>(() => Observation.OfAgreed(Block10, Receipt(Block10 with { BlockNumber = 11 }, 13)));
        Assert.Throws<ArgumentException>(() => Observation.OfAgreed(Block10 with { Succeeded = false }, Receipt(Block10, 13)));
        Assert.Throws<ArgumentException>(() => Observation.OfAgreed(Block10 with { Fee = new Wei(1) }, Receipt(Block10, 13)));
    }

    [Fact]
    public void A_nonce_is_taken_by_another_only_where_that_one_is_in_a_canonical_block_and_none_of_the_attempts()
    {
        var (by, attempt) = (Stranger(10), Keccak256.Hash("attempt"u8));

        Assert.IsType<Observation.NonceTakenByAnother>(Observation.OfNonce([attempt], by, Block(10, by.BlockHash, 13)));
        Assert.IsType<Observation.ReceiptMissing>(Observation.OfNonce([attempt], by, null));
        Assert.IsType<Observation.ReceiptMissing>(Observation.OfNonce([attempt], by, Block(10, Keccak256.Hash("another"u8), 13)));
        Assert.IsType<Observation.ReceiptMissing>(Observation.OfNonce([attempt, by.Hash], by, Block(10, by.BlockHash, 13)));
    }

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
                if (!MayFollow(state, next) || next.IsFinal != next.Kind >= TransactionStateKind.Confirmed)
                {
                    return false;
                }

                state = next;
            }

            return !start.IsFinal || state == start || (start is TransactionState.NonceUsedExternally && state.IsFinal);
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<TransactionState> AnyState() => Gen.Elements<TransactionState>(
        new TransactionState.Reserved(), new TransactionState.Signed(), new TransactionState.Broadcast(), new TransactionState.Mined(Block10),
        new TransactionState.Confirmed(Block10), new TransactionState.Cancelled(Noop), Displaced,
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
        (TransactionState.NonceUsedExternally, TransactionState.Confirmed or TransactionState.Failed or TransactionState.Cancelled) => true,
        _ => false,
    };

    private static bool IsDeepEnough(TransactionState before, Observation observation, TransactionState after, int confirmations) =>
        before == after || !after.IsFinal || observation switch
        {
            Observation.Included found => found.Block.Depth >= confirmations && found.Block.Hash == found.Inclusion.BlockHash,
            Observation.NonceTakenByAnother taken => taken.Block.Depth >= confirmations && taken.Block.Hash == taken.By.BlockHash,
            _ => false,
        };

    private static Gen<Observation> Observations() => Gen.Frequency(
        (2, Gen.Constant<Observation>(new Observation.BytesStored())),
        (2, Gen.Constant<Observation>(new Observation.NodeTookIt())),
        (6, from block in Gen.Choose(1, 20)
            from depth in Gen.Choose(0, 8)
            from flags in Gen.Choose(0, 7)
            from word in Gen.Choose(0, 3)
            let inclusion = IncludedAt(block) with { IsNoop = flags < 2, Succeeded = flags % 2 == 0 }
            select word switch { 0 => Seen(inclusion), 1 => Orphaned(inclusion, block + depth), _ => Canonical(inclusion, block + depth) }),
        (2, Gen.Constant<Observation>(new Observation.ReceiptMissing())),
        (1, from block in Gen.Choose(1, 20) from depth in Gen.Choose(0, 8) select Taken(block, block + depth)));

    private static Observation Seen(Inclusion inclusion) => Observation.OfReceipt(inclusion, null);

    private static Observation Canonical(Inclusion inclusion, long head) =>
        Observation.OfAgreed(inclusion, Receipt(inclusion, head));

    private static Observation Orphaned(Inclusion inclusion, long head) =>
        Observation.OfReceipt(inclusion, Block(inclusion.BlockNumber, Keccak256.Hash("in its place"u8), head));

    private static Observation Taken(long block, long head) =>
        Observation.OfNonce([], Stranger(block), Block(block, Stranger(block).BlockHash, head));

    private static NonceHolder Stranger(long block) => new(Keccak256.Hash("stranger"u8), block, Keccak256.Hash([(byte)block]));

    private static CanonicalBlock Block(long number, Hash32 hash, long head) => CanonicalBlock.Agreed(number, [new("a", "a", head, hash)], operators: 1)!;

    private static CanonicalReceipt Receipt(Inclusion inclusion, long head) => CanonicalReceipt.Agreed(
        Block(inclusion.BlockNumber, inclusion.BlockHash, head),
        [
            new("a", "a", head, new(
                inclusion.Hash, inclusion.BlockNumber, inclusion.BlockHash, inclusion.Succeeded, inclusion.GasUsed, inclusion.GasPrice, inclusion.L1Fee, [])),
        ],
        operators: 1)!;

    private static Inclusion IncludedAt(long block) => new(
        Keccak256.Hash("transaction"u8), false, block, Keccak256.Hash([(byte)block]), true, 21_000, new Wei(7), Wei.Zero, new Wei(147_000));
}
