using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>What a transaction's state and events mean for the request in it.</summary>
public sealed class RelayOutcomesTests
{
    private const string Why = "not today";
    private static readonly DateTimeOffset Now = Samples.Now;
    private static readonly Inclusion Block = new(
        Keccak256.Hash("transaction"u8), false, 10, Keccak256.Hash("block"u8), true, 50_000, new Wei(2), Wei.Zero, new Wei(100_000));

    private static readonly Inclusion Noop = Block with { IsNoop = true };

    public static TheoryData<TransactionState, bool?, string?, int, RelayState, bool?, string?, bool, bool> Rows { get; } = new()
    {
        // state, success in the event (null: no event), fault, seconds until it expires → relay state, success, reason, fee known, goes again
        { new TransactionState.Mined(Block), true, null, 60, RelayState.Accepted, true, null, true, false },
        { new TransactionState.Mined(Block), false, Why, 60, RelayState.Accepted, false, Why, true, false },
        { new TransactionState.Mined(Block), null, Why, 60, RelayState.Accepted, false, Why, true, false },
        { new TransactionState.Mined(Block), null, null, 60, RelayState.Accepted, false, null, true, false },
        { new TransactionState.Mined(Block), null, null, -1, RelayState.Accepted, false, RelayOutcomes.TooLate, true, false },
        { new TransactionState.Mined(Noop), null, null, 60, RelayState.Accepted, false, null, true, false },
        { new TransactionState.Mined(Noop), null, null, -1, RelayState.Accepted, false, RelayOutcomes.TooLate, true, false },
        { new TransactionState.Confirmed(Block), true, null, -1, RelayState.Confirmed, true, null, true, false },
        { new TransactionState.Confirmed(Block), false, Why, -1, RelayState.Failed, false, Why, true, false },
        { new TransactionState.Confirmed(Block), null, Why, 60, RelayState.Failed, false, Why, true, false },
        { new TransactionState.Confirmed(Block), null, null, 60, RelayState.Accepted, null, null, true, true },
        { new TransactionState.Confirmed(Block), null, null, -1, RelayState.Accepted, null, null, true, true },
        { new TransactionState.Failed(Block), null, Why, 60, RelayState.Failed, false, Why, true, false },
        { new TransactionState.Failed(Block), null, null, 60, RelayState.Accepted, null, null, true, true },
        { new TransactionState.Cancelled(Noop), null, null, 60, RelayState.Accepted, null, null, true, true },
        { new TransactionState.Cancelled(Noop), null, null, -1, RelayState.Accepted, null, null, true, true },
        { new TransactionState.NonceUsedExternally(null), null, null, 60, RelayState.Accepted, null, null, false, true },
        { new TransactionState.NonceUsedExternally(null), null, null, -1, RelayState.Accepted, null, null, false, true },
        { new TransactionState.Broadcast(), null, null, 60, RelayState.Accepted, null, null, false, false },
    };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void Each_state_means_what_is_written_here(
        TransactionState state, bool? executed, string? fault, int expiresIn, RelayState expected, bool? success, string? reason, bool hasFee,
        bool goesAgain)
    {
        var (relay, fee) = (Carried(expiresIn), hasFee ? new Wei(100_000) : (Wei?)null);

        var outcome = RelayOutcomes.Evaluate(
            state, executed is { } flag ? [new ExecutedRequest(relay.From, relay.Nonce, flag)] : [], relay, fee, fault, Now);

        Assert.Equal(new RelayOutcome(relay.Id, relay.TransactionId, expected, success, reason, fee, goesAgain), outcome);
    }

    [Fact]
    public void Events_of_other_users_and_other_nonces_say_nothing()
    {
        var relay = Carried(60);
        ExecutedRequest[] others = [new(relay.From, relay.Nonce + 1UL, true), new(Samples.Contract, relay.Nonce, true)];

        Assert.True(RelayOutcomes.Evaluate(new TransactionState.Confirmed(Block), others, relay, null, null, Now).GoesAgain);
    }

    [Fact]
    public void Nothing_goes_again_for_good()
    {
        var relay = Carried(60) with { Earlier = RelayOutcomes.MaxTransactions - 1 };

        var outcome = RelayOutcomes.Evaluate(new TransactionState.NonceUsedExternally(null), [], relay, null, null, Now);

        Assert.Equal((RelayState.Failed, false), (outcome.State, outcome.GoesAgain));
        Assert.Contains("5 transactions", outcome.Reason, StringComparison.Ordinal);
    }

    private static CarriedRelay Carried(int expiresIn) => new(
        Keccak256.Hash("relay"u8), Guid.Parse("00000000-0000-7000-8000-000000000001"), Samples.User.Address, 7, Now.AddSeconds(expiresIn),
        null, null, 0);
}
