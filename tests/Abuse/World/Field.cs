using System.Globalization;
using DevChain;
using Relayer.Core.Ethereum;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>Where attackers and honest users meet: a relayer with small budgets.</summary>
/// <param name="Stack">The chain and its contracts.</param>
/// <param name="Budgets">What is configured.</param>
/// <param name="Relayer">The app's instances.</param>
internal sealed record Field(AbuseStack Stack, SmallBudgets Budgets, RelayerUnderTest Relayer) : IAsyncDisposable
{
    /// <summary>Signers of each.</summary>
    public const int ForRelays = 2;

    /// <summary>The signers that pay for relays and for nothing else.</summary>
    public IEnumerable<DevKey> Payers => Relayer.Signers.Take(ForRelays);

    /// <param name="stack">Where.</param>
    /// <param name="budgets">What must hold.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="given">What the app is given instead, to see whether it shows.</param>
    /// <param name="keys">Signers that have their money already; a reorganisation takes back what a node was told to give lately.</param>
    /// <param name="upkeep">Work for a keeper that has a signer of its own.</param>
    public static async Task<Field> SettleAsync(
        AbuseStack stack, SmallBudgets budgets, CancellationToken cancellation, SmallBudgets? given = null, IReadOnlyList<DevKey>? keys = null,
        Address? upkeep = null)
    {
        var settings = (given ?? budgets).Settings(stack.Contracts);
        if (upkeep is { } contract)
        {
            foreach (var (key, value) in Keeping(contract))
            {
                settings[key] = value;
            }
        }

        var options = new RelayerUnderTestOptions { Signers = upkeep is null ? ForRelays : ForRelays + 1, Keys = keys, Template = stack.Template, Settings = settings };
        return new Field(stack, budgets, await RelayerUnderTest.SettleAsync(stack.Shared, options, cancellation));
    }

    public ValueTask DisposeAsync() => Relayer.DisposeAsync();

    private static Dictionary<string, string> Keeping(Address upkeep)
    {
        const string Chain = $"Chains__{AppSettings.ChainName}__";
        var settings = new Dictionary<string, string>
        {
            ["Schedules__PerformUpkeeps"] = "* * * * * *",
            [$"{Chain}Keepers__Upkeeps__work__Address"] = upkeep.ToString(),
            [$"{Chain}Keepers__Upkeeps__work__Every"] = "00:00:01",
            [$"{Chain}Keepers__Upkeeps__work__Grace"] = "00:00:00",
            [$"{Chain}Keepers__Upkeeps__work__GasLimit"] = "150000",
            [$"{Chain}Keepers__Upkeeps__work__MaxLossPerActionWei"] = "1" + new string('0', 17),
            [$"{Chain}Keepers__Upkeeps__work__MaxLossPerDayWei"] = "1" + new string('0', 19),
        };
        for (var i = 0; i <= ForRelays; i++)
        {
            settings[$"{Chain}Signers__{i.ToString(CultureInfo.InvariantCulture)}__Use"] = i < ForRelays ? "relays" : "keepers";
        }

        return settings;
    }
}
