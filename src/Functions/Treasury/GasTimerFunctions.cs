using Relayer.Core.Relay.Budgets;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.TopUps;

namespace Functions.Treasury;

/// <summary>The timers that look after gas.</summary>
/// <param name="balances">Reads what the accounts hold.</param>
/// <param name="reconciliation">Explains it.</param>
/// <param name="topUps">Fills the signers.</param>
/// <param name="budgets">Watches what relays may cost.</param>
public sealed class GasTimerFunctions(BalanceReader balances, Reconciliation reconciliation, TopUpService topUps, BudgetWatch budgets)
{
    /// <summary>Reads the signers' balances and the council's wallet from every provider, and compares them with the ledger.</summary>
    [Function("ReadBalances")]
    public Task ReadBalances([TimerTrigger("%Schedules:ReadBalances%")] TimerInfo timer, CancellationToken cancellation) =>
        Task.WhenAll(balances.Chains.Select(async chain =>
        {
            if (await balances.ReadAsync(chain, cancellation) is { } reading)
            {
                await reconciliation.RunAsync(reading, cancellation);
            }
        }));

    /// <summary>Fills the signers that are low from the council's wallet.</summary>
    [Function("TopUpSigners")]
    public Task TopUp([TimerTrigger("%Schedules:TopUpSigners%")] TimerInfo timer, CancellationToken cancellation) =>
        Task.WhenAll(balances.Chains.Select(chain => topUps.RunAsync(chain, cancellation)));

    /// <summary>Tells when what relays may cost is nearly spent.</summary>
    [Function("WatchBudgets")]
    public Task WatchBudgets([TimerTrigger("%Schedules:WatchBudgets%")] TimerInfo timer, CancellationToken cancellation) =>
        budgets.RunAsync(cancellation);

    /// <summary>Removes readings that the history does not need any more.</summary>
    [Function("ThinBalances")]
    public Task ThinBalances([TimerTrigger("%Schedules:ThinBalances%")] TimerInfo timer, CancellationToken cancellation) =>
        balances.ThinAsync(cancellation);
}
