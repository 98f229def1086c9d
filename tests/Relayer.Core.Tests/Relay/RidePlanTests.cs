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
public sealed class RidePlanTests
{
    private static readonly BatchLimits Limits = new(10, 10_000_000);
    private static readonly TransactionFees Fees = new TransactionFees.Dynamic(new Wei(10), new Wei(1));

    [Fact]
    public void One_alone_is_executed_by_itself()
    {
        var passenger = Passenger(Samples.Candidate());
        var ride = Assert.Single(Pack([passenger]));

        Assert.Equal(passenger.Candidate.Call.Data, ride.Plan.Data.ToArray());
        Assert.Equal((passenger.Candidate.Call.Gas, passenger.Candidate.ExpiresAt), (ride.Plan.GasLimit, ride.Plan.ExpiresAt));
    }

    [Fact]
    public void Several_are_executed_as_a_batch_that_never_reverts_for_one()
    {
        PendingRelay[] passengers = [.. Enumerable.Range(0, 5).Select(i => User(i))];
        var ride = Assert.Single(Pack(passengers));
        var messages = ride.Passengers.Select(item => (item.Candidate.Message, item.Candidate.Request.Signature)).ToArray();

        Assert.Equal(Samples.OpenZeppelin.EncodeExecuteBatch(messages, Plans.Nobody), ride.Plan.Data.ToArray());
        Assert.Equal(OuterGas.For(Samples.OpenZeppelin, [.. messages.Select(item => item.Message)], ride.Plan.Data.Span), ride.Plan.GasLimit);
        Assert.Equal(Wei.Zero, ride.Plan.Value);
    }

    [Fact]
    public void The_highest_fee_that_was_quoted_is_offered()
    {
        PendingRelay[] passengers =
            [User(0), User(1) with { Fees = new TransactionFees.Dynamic(new Wei(12), new Wei(2)) }, User(2)];

        Assert.Equal(passengers[1].Fees, Assert.Single(Pack(passengers)).Plan.Fees);
    }

    [Theory]
    [InlineData(10, 10_000_000, new[] { 10, 10, 3 })]
    [InlineData(1, 10_000_000, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(50, 2_000_000, new[] { 10, 10, 3 })]
    [InlineData(50, 1, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public void No_transaction_holds_more_than_its_limits(int requests, ulong gas, int[] sizes)
    {
        var rides = Pack([.. Enumerable.Range(0, 23).Select(i => User(i))], new BatchLimits(requests, gas));

        Assert.Equal(sizes, rides.Select(ride => ride.Passengers.Count));
        Assert.All(rides.Where(ride => ride.Passengers.Count > 1), ride => Assert.True(ride.Plan.GasLimit <= gas));
    }

    [Fact]
    public void No_transaction_is_larger_than_a_nodes_pool_takes()
    {
        var rides = Pack([.. Enumerable.Range(0, 9).Select(i => User(i, message => message with { Data = new byte[30_000] }))]);

        Assert.Equal([4, 4, 1], rides.Select(ride => ride.Passengers.Count));
        Assert.All(rides, ride => Assert.True(ride.Plan.Data.Length <= BatchPlanner.MaxBytes));
    }

    [Fact]
    public void Each_forwarder_has_transactions_of_its_own()
    {
        var rides = Pack([User(0), Passenger(Elsewhere()), User(1)]);

        Assert.Equal([1, 2], rides.Select(ride => ride.Passengers.Count).Order());
        Assert.All(rides, ride => Assert.All(ride.Passengers, item => Assert.Equal(ride.Plan.To, item.Candidate.Request.Forwarder)));
    }

    [Fact]
    public void What_carries_value_goes_alone()
    {
        var rides = Pack([User(0), User(1, message => message with { Value = new Wei(5) }), User(2)]);

        Assert.Equal([1, 1, 1], rides.Select(ride => ride.Passengers.Count));
        Assert.Equal(new Wei(5), Wei.Max(rides[0].Plan.Value, Wei.Max(rides[1].Plan.Value, rides[2].Plan.Value)));
    }

    [Fact]
    public void One_users_requests_stay_in_their_order_whatever_their_deadlines()
    {
        PendingRelay[] passengers = [.. new[] { (2, 3_000), (0, 15), (1, 600), (3, 30) }
            .Select(item => Passenger(Samples.Candidate(message => message with
            {
                Nonce = (ulong)item.Item1,
                Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + item.Item2),
            })))];

        Assert.Equal(
            [0UL, 1UL, 2UL, 3UL],
            Pack([User(9), .. passengers], new BatchLimits(2, 10_000_000))
                .SelectMany(ride => ride.Passengers).Where(item => item.Candidate.Message.From == Samples.User.Address)
                .Select(item => (ulong)item.Candidate.Message.Nonce.ToBigInteger()));
    }

    [Fact]
    public void A_short_deadline_neither_ends_longer_ones_nor_waits_for_them()
    {
        int[] seconds = [15, 12, 600, 1_000, 3_000, 14];
        var rides = Pack([.. seconds.Select((left, i) => User(i, message => message with { Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + left) }))]);

        foreach (var ride in rides)
        {
            var left = ride.Passengers.Select(item => (item.Candidate.ExpiresAt - Samples.Now).TotalSeconds).ToArray();
            Assert.Equal(Samples.Now.AddSeconds(left.Max()), ride.Plan.ExpiresAt);
            Assert.True(left.Max() < 2 * left.Min());
        }

        Assert.Equal([1, 2, 3], rides.Select(ride => ride.Passengers.Count).Order());
    }

    private static IReadOnlyList<RelayBatch> Pack(IReadOnlyList<PendingRelay> passengers, BatchLimits? limits = null) =>
        BatchPlanner.Pack(passengers, limits ?? Limits, Guid.NewGuid);

    private static PendingRelay Passenger(RelayCandidate candidate) => new(candidate, Fees, [Plans.Nobody]);

    private static PendingRelay User(int number, Func<ForwardRequest, ForwardRequest>? change = null) => Passenger(Samples.Candidate(
        message => (change ?? (same => same))(message) with { From = Plans.Account((byte)number), Nonce = 0 }));

    private static RelayCandidate Elsewhere()
    {
        var here = Samples.Candidate();
        var forwarder = new OpenZeppelinForwarder(here.Request.ChainId, Samples.Target, "ERC2771Forwarder");
        return new RelayCandidate(here.Request with { Forwarder = Samples.Target }, here.Route with { Forwarder = forwarder }, here.Now);
    }
}
