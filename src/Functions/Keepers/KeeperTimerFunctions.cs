using Relayer.Core.Keepers.Engine;

namespace Functions.Keepers;

/// <summary>The keepers' timers.</summary>
/// <param name="keepers">What they run.</param>
public sealed class KeeperTimerFunctions(KeeperService keepers)
{
    /// <summary>Asks the configured contracts whether there is something to do, and does it.</summary>
    [Function("PerformUpkeeps")]
    public Task PerformUpkeeps([TimerTrigger("%Schedules:PerformUpkeeps%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunAsync(KeeperNames.Upkeeps, cancellation);

    /// <summary>Settles orders that the community has not.</summary>
    [Function("SettleOrders")]
    public Task SettleOrders([TimerTrigger("%Schedules:SettleOrders%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunAsync(KeeperNames.Settlement, cancellation);

    /// <summary>Deploys accounts whose predicted address holds something.</summary>
    [Function("DeployAccounts")]
    public Task DeployAccounts([TimerTrigger("%Schedules:DeployAccounts%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunAsync(KeeperNames.Deployment, cancellation);

    /// <summary>Has accounts that hold USDC send it through Circle.</summary>
    [Function("BridgeAccounts")]
    public Task BridgeAccounts([TimerTrigger("%Schedules:BridgeAccounts%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunAsync(KeeperNames.Bridging, cancellation);

    /// <summary>Redeems USDC that was burnt on another chain.</summary>
    [Function("RedeemMessages")]
    public Task RedeemMessages([TimerTrigger("%Schedules:RedeemMessages%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunAsync(KeeperNames.Redemption, cancellation);

    /// <summary>Liquidates accounts that the community has not.</summary>
    [Function("LiquidateAccounts")]
    public Task LiquidateAccounts([TimerTrigger("%Schedules:LiquidateAccounts%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunAsync(KeeperNames.Liquidation, cancellation);

    /// <summary>Runs the keepers of one's own, each as often as its own setting says.</summary>
    [Function("RunKeepers")]
    public Task RunKeepers([TimerTrigger("%Schedules:RunKeepers%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RunOwnAsync(cancellation);

    /// <summary>Reads events a second time, slowly, for what the first look missed.</summary>
    [Function("RecoverKeepers")]
    public Task Recover([TimerTrigger("%Schedules:RecoverKeepers%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.RecoverAsync(cancellation);

    /// <summary>Removes old runs and decisions.</summary>
    [Function("SweepKeepers")]
    public Task Sweep([TimerTrigger("%Schedules:SweepKeepers%")] TimerInfo timer, CancellationToken cancellation) =>
        keepers.SweepAsync(cancellation);
}
