using System.Globalization;
using DevChain;
using Storms.Audit;

namespace Abuse.World;

/// <summary>What keepers have to do beside an attack: an upkeep that is due each second, and orders that somebody commits all the while.</summary>
internal sealed class KeepersWork : IAsyncDisposable
{
    private const ulong WindowSeconds = 3_600;
    private const long Acceptable = 1_000_000;
    private const long Dollars = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly AnvilNode _node;
    private readonly DevContract _upkeep;
    private readonly HermesStandIn _hermes;
    private readonly DevPerps _perps;
    private readonly long _firstBlock;
    private ulong _committed;

    private KeepersWork(AnvilNode node, DevContract upkeep, DevPerps perps, HermesStandIn hermes, long firstBlock, DevKey signer) =>
        (_node, _upkeep, _perps, _hermes, _firstBlock, Signer) = (node, upkeep, perps, hermes, firstBlock, signer);

    /// <summary>The keepers' own, with money.</summary>
    public DevKey Signer { get; }

    /// <summary>Deploys everything; a market for each, so that nobody finds another's orders.</summary>
    public static async Task<KeepersWork> DeployAsync(AbuseStack stack, CancellationToken cancellation)
    {
        var node = stack.Shared.Stack.Node;
        var firstBlock = await node.BlockNumberAsync(cancellation);
        var upkeep = await DevContract.DeployAsync(node, "CountingUpkeep", "constructor(uint256)", 1UL);
        var perps = await DevPerps.DeployAsync(node, WindowSeconds);
        var signer = DevKey.Create();
        await node.SetBalanceAsync(signer.Address.ToString(), Storms.Workloads.SharedStack.SignerFunds, cancellation);
        var trader = (await node.AccountsAsync(cancellation))[^1]; // Nobody else sends from it.
        var hermes = await HermesStandIn.StartAsync(cancellation);
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        return new KeepersWork(node, upkeep, perps with { Market = perps.Market.As(trader) }, hermes, firstBlock, signer);
    }

    /// <summary>The app's settings for it.</summary>
    public Dictionary<string, string> Settings()
    {
        const string Chain = $"Chains__{AppSettings.ChainName}__";
        var settings = new Dictionary<string, string>(
            _perps.Settings(_hermes, graceSeconds: 1).Where(setting => !setting.Key.Contains("Liquidation", StringComparison.Ordinal)))
        {
            ["Schedules__PerformUpkeeps"] = "* * * * * *",
            ["Schedules__SettleOrders"] = "* * * * * *",
            [$"{Chain}Keepers__Settlement__Scan__StartBlock"] = _firstBlock.ToString(CultureInfo.InvariantCulture),
            [$"{Chain}Keepers__Upkeeps__work__Address"] = _upkeep.Address.ToString(),
            [$"{Chain}Keepers__Upkeeps__work__Every"] = "00:00:01",
            [$"{Chain}Keepers__Upkeeps__work__Grace"] = "00:00:00",
            [$"{Chain}Keepers__Upkeeps__work__GasLimit"] = "150000",
            [$"{Chain}Keepers__Upkeeps__work__MaxLossPerActionWei"] = "1" + new string('0', 17),
            [$"{Chain}Keepers__Upkeeps__work__MaxLossPerDayWei"] = "1" + new string('0', 19),
        };
        for (var i = 0; i <= Field.ForRelays; i++)
        {
            settings[$"{Chain}Signers__{i.ToString(CultureInfo.InvariantCulture)}__Use"] = i < Field.ForRelays ? "relays" : "keepers";
        }

        return settings;
    }

    /// <summary>Somebody commits an order after the other, each of an account of its own, until it is told to end.</summary>
    public async Task CommitAsync(CancellationToken end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                var account = _committed + 1;
                await _perps.FundAsync(account, Dollars);
                await _perps.CommitAsync(account, 1, Acceptable);
                _committed = account;
                await Task.Delay(Pause, end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // They go home.
        }
    }

    /// <summary>What the chain says that was done so far.</summary>
    public async Task<WorkDone> LookAsync()
    {
        var committed = _committed;
        return new WorkDone(await _upkeep.NumberAsync("count()"), committed, await SettledAsync(committed));
    }

    /// <summary>No more work falls due, and what was committed is settled.</summary>
    /// <returns>What does not hold.</returns>
    public async Task<IEnumerable<string>> EndAsync(CancellationToken cancellation)
    {
        await _node.SetCodeAsync(_upkeep.Address.ToString(), "0x", cancellation);
        var open = await Settling.WaitAsync(
            async () =>
            {
                var settled = await SettledAsync(_committed);
                return (settled == _committed ? "" : $"{_committed - settled} of {_committed} orders", (long)settled);
            },
            cancellation);
        return open.Length == 0 ? [] : [$"orders are never settled: {open}"];
    }

    public ValueTask DisposeAsync() => _hermes.DisposeAsync();

    /// <summary>An account that has a position had its order settled: each commits one.</summary>
    private async Task<ulong> SettledAsync(ulong committed)
    {
        var settled = 0UL;
        for (var account = 1UL; account <= committed; account++)
        {
            settled += (await _perps.SizeAsync(account)).IsZero ? 0UL : 1;
        }

        return settled;
    }
}

/// <summary>What keepers had to do and did.</summary>
/// <param name="Upkeeps">How often the upkeep was performed.</param>
/// <param name="Committed">Orders committed.</param>
/// <param name="Settled">Orders settled.</param>
internal readonly record struct WorkDone(ulong Upkeeps, ulong Committed, ulong Settled)
{
    /// <summary>What was done between two looks.</summary>
    public static WorkDone operator -(WorkDone later, WorkDone earlier) =>
        new(later.Upkeeps - earlier.Upkeeps, later.Committed - earlier.Committed, later.Settled - earlier.Settled);
}
