using System.Numerics;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Treasury.Balances;

namespace Relayer.Core.Treasury.Deposits;

/// <summary>
/// Finds who paid what came to an account: by traces where a provider has them; else by the transactions that carried it, and for the rest by the events of
/// the payers that the settings name. Whatever is found has to fit the balances, which say how much it was.
/// </summary>
/// <param name="chain">The chain.</param>
/// <param name="connection">The records.</param>
/// <param name="account">The account.</param>
/// <param name="payers">Contracts that may pay, by the settings.</param>
internal sealed class DepositSearch(IChainClient chain, NpgsqlConnection connection, Address account, IReadOnlyList<Address> payers)
{
    /// <summary>So many blocks are searched.</summary>
    private const int MostBlocks = 64;

    /// <summary>The payments that explain money that came; what they leave is not explained.</summary>
    /// <remarks>A provider that is silent may have the traces that explain it: what is left is not concluded from its silence.</remarks>
    /// <exception cref="ChainUnavailableException">It is not explained, and somebody who did not answer may be able to.</exception>
    public async Task<IReadOnlyList<FoundDeposit>> ExplainAsync(Difference difference, CancellationToken cancellation)
    {
        var (found, silent) = await FindAsync(difference, cancellation);
        return silent is null || FoundDeposit.Sum(found) == difference.Amount ? found : throw silent;
    }

    /// <summary>The same, where nobody is waited for any more.</summary>
    public async Task<IReadOnlyList<FoundDeposit>> ExplainAtLastAsync(Difference difference, CancellationToken cancellation) =>
        (await FindAsync(difference, cancellation)).Found;

    private async Task<(IReadOnlyList<FoundDeposit> Found, ChainUnavailableException? Silent)> FindAsync(
        Difference difference, CancellationToken cancellation)
    {
        if (difference.Amount.Sign <= 0 || difference.LastBlock - difference.FirstBlock >= MostBlocks)
        {
            return ([], null);
        }

        long[] blocks = [.. Enumerable.Range(0, (int)(difference.LastBlock - difference.FirstBlock) + 1).Select(i => difference.FirstBlock + i)];
        var (payments, silent) = await TryAsync(() => chain.FindPaymentsAsync(
            blocks, account, async some => FoundDeposit.Sum(await OfOthersAsync(some, cancellation)) == difference.Amount, cancellation));
        var traced = payments is null ? [] : Fitting(await OfOthersAsync(payments, cancellation), difference.Amount);
        if (FoundDeposit.Sum(traced) == difference.Amount)
        {
            return (traced, null);
        }

        // No traces, or such as do not explain it: what transactions carried is seen without.
        var (carried, mute) = await TryAsync<IReadOnlyList<FoundDeposit>>(() => CarriedAsync(blocks, difference.Amount, cancellation));
        carried ??= [];
        if (FoundDeposit.Sum(traced) >= FoundDeposit.Sum(carried) && payments is not null)
        {
            return (traced, silent ?? mute);
        }

        var rest = difference.Amount - FoundDeposit.Sum(carried);
        if (rest.Sign == 0 || payers.Count == 0 || mute is not null)
        {
            return (carried, silent ?? mute);
        }

        var (told, deaf) = await TryAsync<IReadOnlyList<FoundDeposit>>(() => ByEventsAsync(difference, rest, cancellation));
        return ([.. carried, .. told ?? []], silent ?? deaf);
    }

    private static async Task<(T? Answer, ChainUnavailableException? Silent)> TryAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            return (await ask(), null);
        }
        catch (ChainUnavailableException silent)
        {
            return (null, silent);
        }
    }

    private async Task<IReadOnlyList<FoundDeposit>?> CarriedAsync(IReadOnlyList<long> blocks, BigInteger amount, CancellationToken cancellation)
    {
        var transfers = await chain.ReadTransfersAsync(blocks, account, cancellation);
        return Fitting(
            await OfOthersAsync([.. transfers.Select(transfer => new NativePayment(
                transfer.BlockNumber, transfer.Hash, transfer.From, transfer.Value, IsInternal: false))], cancellation),
            amount);
    }

    /// <summary>What the relayer's own transactions carried is in the ledger; what contracts paid while they ran is not.</summary>
    private async Task<IReadOnlyList<FoundDeposit>> OfOthersAsync(IReadOnlyList<NativePayment> payments, CancellationToken cancellation)
    {
        var own = await ReconciliationStore.FindOwnAsync(connection, payments.Select(payment => payment.Hash), cancellation);
        return [.. payments
            .Where(payment => payment.IsInternal || !own.Contains(payment.Hash))
            .GroupBy(payment => (payment.BlockNumber, payment.Hash, payment.From, payment.IsInternal))
            .Select(same => new FoundDeposit(
                same.Aggregate(BigInteger.Zero, (sum, payment) => sum + payment.Value.ToBigInteger()), same.Key.BlockNumber, same.Key.BlockNumber,
                same.Key.Hash, same.Key.From, same.Key.IsInternal ? DepositEvidence.Trace : DepositEvidence.Transfer))];
    }

    /// <summary>More than came: some of them reverted, or something else left. Then they explain nothing.</summary>
    private static IReadOnlyList<FoundDeposit> Fitting(IReadOnlyList<FoundDeposit> deposits, BigInteger amount) =>
        FoundDeposit.Sum(deposits) <= amount ? deposits : [];

    private async Task<IReadOnlyList<FoundDeposit>?> ByEventsAsync(Difference difference, BigInteger rest, CancellationToken cancellation)
    {
        var filter = new LogFilter(difference.FirstBlock, difference.LastBlock, payers, []);
        if (await chain.ReadLogsAsync(filter, cancellation) is not LogsOutcome.Found found)
        {
            return [];
        }

        var acts = new List<(PayerAct Act, BigInteger Told)>();
        foreach (var act in PayerEvents.Acts(found.Logs))
        {
            var transaction = await chain.FindTransactionAsync(act.Hash, cancellation);
            acts.Add((act, PayerEvents.Told(act, transaction is null ? [] : transaction.Data.Span, account)));
        }

        var paidOut = await ReadPaidOutAsync(difference, [.. acts.Select(item => item.Act.Payer).Distinct()], cancellation);
        return PayerEvents.Explain(acts, rest, payer => paidOut.GetValueOrDefault(payer));
    }

    private async Task<IReadOnlyDictionary<Address, BigInteger>> ReadPaidOutAsync(
        Difference difference, IReadOnlyList<Address> accounts, CancellationToken cancellation)
    {
        if (accounts.Count == 0)
        {
            return new Dictionary<Address, BigInteger>();
        }

        try
        {
            var before = await chain.ReadAccountsAsync(difference.FirstBlock - 1, accounts, cancellation);
            var after = await chain.ReadAccountsAsync(difference.LastBlock, accounts, cancellation);
            return accounts.Select((payer, i) => (payer, Fell: before.Accounts[i].Balance.ToBigInteger() - after.Accounts[i].Balance.ToBigInteger()))
                .ToDictionary(item => item.payer, item => item.Fell);
        }
        catch (ChainUnavailableException)
        {
            return new Dictionary<Address, BigInteger>(); // Nodes keep the states of some hundred blocks only.
        }
    }
}
