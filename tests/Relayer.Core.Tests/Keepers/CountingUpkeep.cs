using DevChain;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Tests.Keepers;

/// <summary>An upkeep that is due each hour and counts how often it was performed.</summary>
internal static class CountingUpkeep
{
    public static async Task<(int Found, int Sent)> CountAsync(KeeperInstance app)
    {
        var run = await app.RunAsync(KeeperNames.Upkeeps);
        return (run.Found, run.Sent);
    }

    public static async Task<DevContract> DeployAsync(KeeperWorld world)
    {
        var upkeep = await DevContract.DeployAsync(world.Node, "CountingUpkeep", "constructor(uint256)", 3_600UL);
        await world.Node.IncreaseTimeAsync(TimeSpan.FromHours(1), KeeperWorld.Cancellation);
        return upkeep;
    }

    public static Action<KeepersOptions> Configure(Address contract, Action<UpkeepOptions>? change = null, string name = "counter") => keepers =>
    {
        var options = new UpkeepOptions
        {
            Address = contract,
            Grace = TimeSpan.Zero,
            Every = TimeSpan.FromSeconds(5),
            MaxLossPerActionWei = new(100_000_000_000_000_000),
            MaxLossPerDayWei = new(1_000_000_000_000_000_000),
        };
        change?.Invoke(options);
        keepers.Upkeeps[name] = options;
    };
}
