using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Which signers take turns with relays, each of which is tried from the one that then sends it.</summary>
public sealed class PayerTurnTests
{
    private static readonly Address First = Plans.Account(1);
    private static readonly Address Second = Plans.Account(2);
    private static readonly Address Third = Plans.Account(3);

    [Fact]
    public void All_take_turns_while_nothing_speaks_against_one() => Assert.Equal([First, Second, Third], Of([]));

    [Fact]
    public void One_that_is_for_keepers_sends_no_relays_and_pays_for_keepers()
    {
        var snapshot = Snapshot([], new() { [Second] = SignerUse.Keepers, [Third] = SignerUse.Relays });
        var fees = new Core.Ethereum.Tx.TransactionFees.Legacy(new Wei(1));

        Assert.Equal([First, Third], snapshot.Payers);
        Assert.Equal([First, Third], snapshot.AbleToPay(fees, 1, Wei.Zero, SignerUse.Relays));
        Assert.Equal([First, Second], snapshot.AbleToPay(fees, 1, Wei.Zero, SignerUse.Keepers));
        Assert.Equal([First, Second, Third], snapshot.AbleToPay(fees, 1, Wei.Zero, SignerUse.Both));
    }

    [Fact]
    public void One_that_is_paused_has_no_turn() =>
        Assert.Equal([First, Third], Of([new SignerStatus(Second, 0, 0, new SignerPause(SignerPauseCause.Errors, "the vault is away", DateTimeOffset.UnixEpoch))]));

    [Fact]
    public void One_that_is_stuck_with_far_more_under_way_than_the_others_has_no_turn()
    {
        Assert.Equal([First, Second, Third], Of([Busy(First, 0), Busy(Second, 8), Busy(Third, 2)]));
        Assert.Equal([First, Third], Of([Busy(First, 0), Busy(Second, 9), Busy(Third, 2)]));
        Assert.Equal([First, Second, Third], Of([Busy(First, 40), Busy(Second, 64), Busy(Third, 50)]));
    }

    private static Address[] Of(SignerStatus[] standings) => Snapshot(standings, []).Payers;

    private static FeeAndBalanceCache.Snapshot Snapshot(SignerStatus[] standings, Dictionary<Address, SignerUse> uses) => new(
        new FeeMarket(new Wei(1), new Wei(1), new Wei(2)), [.. new[] { First, Second, Third }.Select(address => new SignerBalance(address, new Wei(1_000)))],
        DataPrice.Free, uses, standings.ToDictionary(standing => standing.Address));

    private static SignerStatus Busy(Address signer, int inFlight) => new(signer, 0, inFlight, null);
}
