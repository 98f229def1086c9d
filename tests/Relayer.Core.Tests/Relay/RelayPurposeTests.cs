using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>What a transaction's state and events mean for the request in it.</summary>
public sealed class RelayPurposeTests
{
    private const string Why = "not today";
    private static readonly DateTimeOffset Now = Samples.Now;
    private static readonly Inclusion Block = new(
        Keccak256.Hash("transaction"u8), false, 10, Keccak256.Hash("block"u8), true, 50_000, new Wei(2), Wei.Zero, new Wei(100_000));

    private static readonly Inclusion Noop = Block with { IsNoop = true };

    public static TheoryData<TransactionState, bool?, int, RelayState, bool?, string?, bool> Rows { get; } = new()
    {
        // state, success in the event (null: no event), seconds until it expires → relay state, success, reason, whether the fee is known
        { new TransactionState.Mined(Block), true, 60, RelayState.Accepted, true, Why, true },
        { new TransactionState.Mined(Block), false, 60, RelayState.Accepted, false, Why, true },
        { new TransactionState.Mined(Block), null, 60, RelayState.Accepted, false, Why, true },
        { new TransactionState.Mined(Noop), null, 60, RelayState.Accepted, false, "its transaction was cancelled", true },
        { new TransactionState.Mined(Noop), null, -1, RelayState.Accepted, false, "it was not mined in time", true },
        { new TransactionState.Confirmed(Block), true, -1, RelayState.Confirmed, true, null, true },
        { new TransactionState.Confirmed(Block), false, 60, RelayState.Failed, false, Why, true },
        { new TransactionState.Confirmed(Block), null, 60, RelayState.Failed, false, Why, true },
        { new TransactionState.Failed(Block), null, 60, RelayState.Failed, false, Why, true },
        { new TransactionState.Cancelled(Noop), null, 60, RelayState.Failed, false, "its transaction was cancelled", true },
        { new TransactionState.Cancelled(Noop), null, -1, RelayState.Expired, false, "it was not mined in time", true },
        { new TransactionState.Displaced(), null, 60, RelayState.Failed, false, "its transaction's nonce was used by another transaction of the same account", false },
        { new TransactionState.Broadcast(), null, 60, RelayState.Accepted, null, null, false },
    };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void Each_state_means_what_is_written_here(
        TransactionState state, bool? executed, int expiresIn, RelayState expected, bool? success, string? reason, bool hasFee)
    {
        var relay = Carried(expiresIn);

        var outcome = RelayPurpose.Judge(
            state, executed is { } flag ? [new ExecutedRequest(relay.From, relay.Nonce, flag)] : [], relay, new Wei(100_000), Why, Now);

        Assert.Equal(new RelayOutcome(relay.Id, expected, success, reason, hasFee ? new Wei(100_000) : null), outcome);
    }

    [Fact]
    public void Events_of_other_users_and_other_nonces_say_nothing()
    {
        var relay = Carried(60);
        ExecutedRequest[] others = [new(relay.From, relay.Nonce + 1UL, true), new(Samples.Contract, relay.Nonce, true)];

        Assert.Equal(RelayState.Failed, RelayPurpose.Judge(new TransactionState.Confirmed(Block), others, relay, null, Why, Now).State);
    }

    private static CarriedRelay Carried(int expiresIn) => new(
        Keccak256.Hash("relay"u8), Guid.Empty, Samples.Contract, Samples.User.Address, Samples.Target, Wei.Zero, 100_000, 7, default,
        Now.AddSeconds(expiresIn), null);
}
