using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Asks the chain what contracts said to keepers' transactions that reverted: a receipt does not tell.</summary>
/// <param name="chains">The chains.</param>
internal sealed class KeeperFailureDiagnosis(IChainClientFactory chains)
{
    /// <summary>The decoded errors by transaction. Each call is run again on the state after its block; where no provider answers, there is none.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> WhyAsync(
        ChainId chainId, IEnumerable<StateChange> final, CancellationToken cancellation)
    {
        var why = new Dictionary<Guid, string>();
        var reverted = final.Where(change => change is { State: TransactionState.Failed, Receipt: not null });
        foreach (var block in reverted.GroupBy(change => change.Receipt!.BlockHash))
        {
            var transactions = block.Select(change => change.Transaction.Reserved).ToArray();
            foreach (var (transaction, outcome) in transactions.Zip(await AskAsync(chainId, block.Key, transactions, cancellation)))
            {
                why[transaction.Plan.Id] = ReasonOf(outcome);
            }
        }

        return why;
    }

    private async Task<IReadOnlyList<CallOutcome>> AskAsync(
        ChainId chainId, Hash32 block, IEnumerable<ReservedTransaction> transactions, CancellationToken cancellation)
    {
        var calls = transactions.Select(one => new EthCall(one.Signer, one.Plan.To, one.Plan.Data, one.Plan.GasLimit, one.Plan.Value));
        try
        {
            return await Trial.RunAsync(chains.Get(chainId), [.. calls], BlockRef.Of(block), cancellation);
        }
        catch (ChainUnavailableException)
        {
            // What is settled does not wait for an explanation.
            return [];
        }
    }

    private static string ReasonOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Reverted reverted => PerpsErrors.Describe(reverted.Data.Span),
        CallOutcome.Refused refused => refused.Error.Message,
        _ => "it reverted when it was mined and would succeed after that block",
    };
}
