using System.Numerics;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Treasury.Deposits;

/// <summary>What the events of known payers say of payments to an account. Pure.</summary>
internal static class PayerEvents
{
    private static readonly Hash32 MultiSig =
        Topic("SafeMultiSigTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes,bytes)");

    private static readonly Hash32 Module = Topic("SafeModuleTransaction(address,address,uint256,bytes,uint8)");

    /// <summary>They say that nothing was paid: money came in, or the call failed.</summary>
    private static readonly HashSet<Hash32> NotPaying =
    [
        Topic("SafeReceived(address,uint256)"), Topic("ExecutionFailure(bytes32,uint256)"), Topic("ExecutionFromModuleFailure(address)"),
    ];

    /// <summary>Transactions in which a payer did something, each with the only payer that did; where several did, it is not known which one paid.</summary>
    /// <param name="events">The events of all payers.</param>
    public static IReadOnlyList<PayerAct> Acts(IEnumerable<MinedLog> events) =>
        [.. events
            .GroupBy(log => (log.BlockNumber, log.TransactionHash))
            .Select(transaction => (transaction.Key, Payers: transaction.GroupBy(log => log.Event.Address).Where(HasPaid).ToArray()))
            .Where(transaction => transaction.Payers.Length == 1)
            .Select(transaction => new PayerAct(
                transaction.Key.BlockNumber, transaction.Key.TransactionHash, transaction.Payers[0].Key,
                [.. transaction.Payers[0].Select(log => log.Event)]))];

    /// <summary>What such a transaction says it paid: in its events where the Safe is one for rollups, else in its calldata.</summary>
    public static BigInteger Told(PayerAct act, ReadOnlySpan<byte> calldata, Address account)
    {
        var told = BigInteger.Zero;
        foreach (var log in act.Events)
        {
            told += NameOf(log) == MultiSig ? SafeCalls.InEvent(log.Data.Span, account)
                : NameOf(log) == Module ? SafeCalls.InModuleEvent(log.Data.Span, account)
                : BigInteger.Zero;
        }

        return told.IsZero ? SafeCalls.InCalldata(calldata, account) : told;
    }

    /// <summary>
    /// The deposits that explain an amount. What the transactions say has to come to it exactly; where they say something else or nothing that can be read, one
    /// alone in the stretch explains it, if its payer's balance fell by as much.
    /// </summary>
    /// <param name="acts">What the payers did, and what each says it paid.</param>
    /// <param name="amount">Wei that came and is not explained yet.</param>
    /// <param name="paidOut">Wei by which a payer's balance fell over the stretch.</param>
    public static IReadOnlyList<FoundDeposit> Explain(
        IReadOnlyList<(PayerAct Act, BigInteger Told)> acts, BigInteger amount, Func<Address, BigInteger> paidOut)
    {
        var paying = acts.Where(item => item.Told.Sign > 0).ToArray();
        if (paying.Length > 0 && paying.Aggregate(BigInteger.Zero, (sum, item) => sum + item.Told) == amount)
        {
            return [.. paying.Select(item => Deposit(item.Act, item.Told))];
        }

        return acts.Count == 1 && paidOut(acts[0].Act.Payer) >= amount ? [Deposit(acts[0].Act, amount)] : [];
    }

    private static FoundDeposit Deposit(PayerAct act, BigInteger amount) =>
        new(amount, act.BlockNumber, act.BlockNumber, act.Hash, act.Payer, DepositEvidence.Event);

    private static bool HasPaid(IEnumerable<MinedLog> ofOnePayer) => ofOnePayer.Any(log => !NotPaying.Contains(NameOf(log.Event)));

    private static Hash32 NameOf(LogEntry log) => log.Topics.Count > 0 ? log.Topics[0] : default;

    private static Hash32 Topic(string signature) => Keccak256.Hash(Encoding.ASCII.GetBytes(signature));
}

/// <summary>A transaction in which a payer did something.</summary>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Hash">The transaction.</param>
/// <param name="Payer">The contract.</param>
/// <param name="Events">What it told.</param>
internal sealed record PayerAct(long BlockNumber, Hash32 Hash, Address Payer, IReadOnlyList<LogEntry> Events);
