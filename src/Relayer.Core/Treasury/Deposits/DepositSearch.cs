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
    /// <exception cref="ChainUnavailableException">No provider answers, or none has the blocks any more.</exception>
    public async Task<IReadOnlyList<FoundDeposit>> ExplainAsync(Difference difference, CancellationToken cancellation)
    {
        if (difference.Amount.Sign <= 0 || difference.LastBlock - difference.FirstBlock >= MostBlocks)
        {
            return [];
        }

        long[] blocks = [.. Enumerable.Range(0, (int)(difference.LastBlock - difference.FirstBlock) + 1).Select(i => difference.FirstBlock + i)];
        if (await chain.FindPaymentsAsync(blocks, account, cancellation) is { } payments)
        {
            return Fitting(await OfOthersAsync(payments, cancellation), difference.Amount);
        }

        var transfers = await chain.ReadTransfersAsync(blocks, account, cancellation);
        var carried = Fitting(
            await OfOthersAsync([.. transfers.Select(transfer => new NativePayment(
                transfer.BlockNumber, transfer.Hash, transfer.From, transfer.Value, IsInternal: false))], cancellation),
            difference.Amount);
        var rest = difference.Amount - FoundDeposit.Sum(carried);
        return rest.Sign > 0 && payers.Count > 0 ? [.. carried, .. await ByEventsAsync(difference, rest, cancellation)] : carried;
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

    private async Task<IReadOnlyList<FoundDeposit>> ByEventsAsync(Difference difference, BigInteger rest, CancellationToken cancellation)
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
