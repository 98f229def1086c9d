using Relayer.Core.Gas;

namespace Functions;

/// <summary>The timers that look after gas.</summary>
/// <param name="balances">Reads what the accounts hold.</param>
/// <param name="topUps">Fills the signers.</param>
public sealed class GasTimerFunctions(Balances balances, TopUpService topUps)
{
    /// <summary>Reads the signers' balances and the council's wallet from every provider.</summary>
    [Function("ReadBalances")]
    public Task ReadBalances([TimerTrigger("%Schedules:ReadBalances%")] TimerInfo timer, CancellationToken cancellation) =>
        Task.WhenAll(balances.Chains.Select(chain => balances.ReadAsync(chain, cancellation)));

    /// <summary>Fills the signers that are low from the council's wallet.</summary>
    [Function("TopUpSigners")]
    public Task TopUp([TimerTrigger("%Schedules:TopUpSigners%")] TimerInfo timer, CancellationToken cancellation) =>
        Task.WhenAll(balances.Chains.Select(chain => topUps.RunAsync(chain, cancellation)));

    /// <summary>Removes readings that the history does not need any more.</summary>
    [Function("ThinBalances")]
    public Task ThinBalances([TimerTrigger("%Schedules:ThinBalances%")] TimerInfo timer, CancellationToken cancellation) =>
        balances.ThinAsync(cancellation);
}
