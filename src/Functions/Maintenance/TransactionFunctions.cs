using Relayer.Core.Transactions;

namespace Functions.Maintenance;

/// <summary>The engine's timers: whatever a process left behind goes on from the database.</summary>
/// <param name="engines">The chains' engines.</param>
public sealed class TransactionFunctions(ChainEngines engines)
{
    /// <summary>Reads receipts, and takes up what was left unsigned or unsent.</summary>
    [Function("ConfirmTransactions")]
    public Task Confirm([TimerTrigger("%Schedules:Confirm%")] TimerInfo timer, CancellationToken cancellation) =>
        Task.WhenAll(engines.Chains.Select(chain => engines.Get(chain).ConfirmAsync(cancellation)));
}
