using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>Which requests share a transaction.</summary>
public sealed class BatchPlannerTests
{
    private static readonly BatchLimits Limits = new(10, 10_000_000);
    private static readonly TransactionFees Fees = new TransactionFees.Dynamic(new Wei(10), new Wei(1));

    [Fact]
    public void One_alone_is_executed_by_itself()
    {
        var pendingRelay = Pending(Samples.Candidate());
        var relayBatch = Assert.Single(Pack([pendingRelay]));

        Assert.Equal(pendingRelay.Candidate.Call.Data, relayBatch.Plan.Data.ToArray());
        Assert.Equal((pendingRelay.Candidate.Call.Gas, pendingRelay.Candidate.ExpiresAt), (relayBatch.Plan.GasLimit, relayBatch.Plan.ExpiresAt));
    }

    [Fact]
    public void Several_are_executed_as_a_batch_that_never_reverts_for_one()
    {
        PendingRelay[] pendingRelays = [.. Enumerable.Range(0, 5).Select(i => User(i))];
        var relayBatch = Assert.Single(Pack(pendingRelays));
        var messages = relayBatch.PendingRelays.Select(item => (item.Candidate.Message, item.Candidate.Request.Signature)).ToArray();

        Assert.Equal(Samples.OpenZeppelin.EncodeExecuteBatch(messages, Plans.Nobody), relayBatch.Plan.Data.ToArray());
        Assert.Equal(OuterGas.For(Samples.OpenZeppelin, [.. messages.Select(item => item.Message)], relayBatch.Plan.Data.Span), relayBatch.Plan.GasLimit);
        Assert.Equal(Wei.Zero, relayBatch.Plan.Value);
    }

    [Fact]
    public void The_highest_fee_that_was_quoted_is_offered()
    {
        PendingRelay[] pendingRelays =
            [User(0), User(1) with { Fees = new TransactionFees.Dynamic(new Wei(12), new Wei(2)) }, User(2)];

        Assert.Equal(pendingRelays[1].Fees, Assert.Single(Pack(pendingRelays)).Plan.Fees);
    }

    [Theory]
    [InlineData(10, 10_000_000, new[] { 10, 10, 3 })]
    [InlineData(1, 10_000_000, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(50, 2_000_000, new[] { 10, 10, 3 })]
    [InlineData(50, 1, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public void No_transaction_holds_more_than_its_limits(int requests, ulong gas, int[] sizes)
    {
        var relayBatches = Pack([.. Enumerable.Range(0, 23).Select(i => User(i))], new BatchLimits(requests, gas));

        Assert.Equal(sizes, relayBatches.Select(relayBatch => relayBatch.PendingRelays.Count));
        Assert.All(relayBatches.Where(relayBatch => relayBatch.PendingRelays.Count > 1), relayBatch => Assert.True(relayBatch.Plan.GasLimit <= gas));
    }

    [Fact]
    public void No_transaction_is_larger_than_a_nodes_pool_takes()
    {
        var relayBatches = Pack([.. Enumerable.Range(0, 9).Select(i => User(i, message => message with { Data = new byte[30_000] }))]);

        Assert.Equal([4, 4, 1], relayBatches.Select(relayBatch => relayBatch.PendingRelays.Count));
        Assert.All(relayBatches, relayBatch => Assert.True(relayBatch.Plan.Data.Length <= BatchPlanner.MaxBytes));
    }

    [Fact]
    public void A_batch_never_asks_for_more_gas_than_its_requests_are_charged()
    {
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            // Few long ones and many short ones, zero bytes and others, and the memory of all of them together.
            var (count, most, isZero) = (random.Next(2, 49), random.Next(1, 60_000), random.Next(3) == 0);
            PendingRelay[] pendingRelays = [.. Enumerable.Range(0, count).Select(i => User(i, message =>
            {
                var data = new byte[random.Next(most)];
                random.NextBytes(isZero ? [] : data);
                return message with { Data = data, Gas = (ulong)random.Next(1, 3_000) };
            }))];

            Assert.All(
                Pack(pendingRelays, new BatchLimits(48, TransactionLimits.MaxGas)),
                relayBatch => Assert.True(relayBatch.Plan.GasLimit <= relayBatch.PendingRelays.Aggregate(0UL, (sum, item) => sum + item.Candidate.PaidGas)));
        }
    }

    [Fact]
    public void Each_forwarder_has_transactions_of_its_own()
    {
        var relayBatches = Pack([User(0), Pending(Elsewhere()), User(1)]);

        Assert.Equal([1, 2], relayBatches.Select(relayBatch => relayBatch.PendingRelays.Count).Order());
        Assert.All(relayBatches, relayBatch => Assert.All(relayBatch.PendingRelays, item => Assert.Equal(relayBatch.Plan.To, item.Candidate.Request.Forwarder)));
    }

    [Fact]
    public void What_carries_value_goes_alone()
    {
        var relayBatches = Pack([User(0), User(1, message => message with { Value = new Wei(5) }), User(2)]);

        Assert.Equal([1, 1, 1], relayBatches.Select(relayBatch => relayBatch.PendingRelays.Count));
        Assert.Equal(new Wei(5), Wei.Max(relayBatches[0].Plan.Value, Wei.Max(relayBatches[1].Plan.Value, relayBatches[2].Plan.Value)));
    }

    [Fact]
    public void One_users_requests_stay_in_their_order_whatever_their_deadlines()
    {
        PendingRelay[] pendingRelays = [.. new[] { (2, 3_000), (0, 15), (1, 600), (3, 30) }
            .Select(item => Pending(Samples.Candidate(message => message with
            {
                Nonce = (ulong)item.Item1,
                Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + item.Item2),
            })))];

        Assert.Equal(
            [0UL, 1UL, 2UL, 3UL],
            Pack([User(9), .. pendingRelays], new BatchLimits(2, 10_000_000))
                .SelectMany(relayBatch => relayBatch.PendingRelays).Where(item => item.Candidate.Message.From == Samples.User.Address)
                .Select(item => (ulong)item.Candidate.Message.Nonce.ToBigInteger()));
    }

    [Fact]
    public void A_short_deadline_neither_ends_longer_ones_nor_waits_for_them()
    {
        int[] seconds = [15, 12, 600, 1_000, 3_000, 14];
        var relayBatches = Pack([.. seconds.Select((left, i) => User(i, message => message with { Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + left) }))]);

        foreach (var relayBatch in relayBatches)
        {
            var left = relayBatch.PendingRelays.Select(item => (item.Candidate.ExpiresAt - Samples.Now).TotalSeconds).ToArray();
            Assert.Equal(Samples.Now.AddSeconds(left.Max()), relayBatch.Plan.ExpiresAt);
            Assert.True(left.Max() < 2 * left.Min());
        }

        Assert.Equal([1, 2, 3], relayBatches.Select(relayBatch => relayBatch.PendingRelays.Count).Order());
    }

    [Fact]
    public void One_users_long_deadline_does_not_keep_others_waiting_that_share_with_the_users_short_one()
    {
        PendingRelay[] mixed = [.. new[] { 15, 3_000, 14 }.Select((left, i) => User(
            1, message => message with { Nonce = (ulong)i, Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + left) }))];
        var relayBatches = Pack([Short(0), .. mixed, Short(2)]);

        Assert.All(relayBatches, relayBatch => Assert.True(
            relayBatch.PendingRelays.Max(item => item.Candidate.ExpiresAt) - Samples.Now < 2 * (relayBatch.PendingRelays.Min(item => item.Candidate.ExpiresAt) - Samples.Now)));
        Assert.Equal(
            [0UL, 1UL, 2UL],
            relayBatches.SelectMany(relayBatch => relayBatch.PendingRelays).Where(item => item.Candidate.Message.From == mixed[0].Candidate.Message.From)
                .Select(item => (ulong)item.Candidate.Message.Nonce.ToBigInteger()));
        Assert.Equal([1, 2, 2], relayBatches.Select(relayBatch => relayBatch.PendingRelays.Count).Order());

        static PendingRelay Short(int number) =>
            User(number, message => message with { Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + 12) });
    }

    private static IReadOnlyList<RelayBatch> Pack(IReadOnlyList<PendingRelay> pendingRelays, BatchLimits? limits = null) =>
        BatchPlanner.Pack(pendingRelays, limits ?? Limits, Guid.NewGuid);

    private static PendingRelay Pending(RelayCandidate candidate) => new(candidate, Fees, [Plans.Nobody]);

    private static PendingRelay User(int number, Func<ForwardRequest, ForwardRequest>? change = null) => Pending(Samples.Candidate(
        message => (change ?? (same => same))(message with { Nonce = 0 }) with { From = Plans.Account((byte)number) }));

    private static RelayCandidate Elsewhere()
    {
        var here = Samples.Candidate();
        var forwarder = new OpenZeppelinForwarder(here.Request.ChainId, Samples.Target, "ERC2771Forwarder");
        return new RelayCandidate(here.Request with { Forwarder = Samples.Target }, here.Route with { Forwarder = forwarder }, here.Now);
    }
}
