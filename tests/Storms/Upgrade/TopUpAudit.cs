using Storms.Audit;
using Storms.Workloads;

namespace Storms.Upgrade;

/// <summary>What must hold of the transfers from the council's wallet, as far as their own records go; the money is the other audits' matter.</summary>
internal static class TopUpAudit
{
    private const string Wrong =
        """
        select format('top-up %s of %s is in state %s, its transaction in state %s', u.id, u.amount, u.state, t.state)
        from top_ups u join transactions t on t.id = u.id
        where u.amount <> t.value or u.recipient <> t."to" or (t.state = 4) <> (u.state = 1) or u.state = 0
        union all
        select format('transaction %s tops up and has no record', t.id) from transactions t
        where t.purpose = 'top_up' and not exists (select from top_ups u where u.id = t.id)
        """;

    /// <summary>The settings: whatever the signers spend is soon given back, up to what they began with.</summary>
    public static Dictionary<string, string> Settings(DevChain.DevKey council)
    {
        var settings = new Dictionary<string, string> { ["Schedules__ReadBalances"] = "* * * * * *", ["Schedules__TopUpSigners"] = "* * * * * *" };
        Chain("Council__Key", council.PrivateKey);
        Chain("Council__Address", council.Address.ToString());
        Chain("TopUps__LowMarkWei", $"{SharedStack.SignerFunds - 1_000_000_000_000_000}");
        Chain("TopUps__TargetWei", $"{SharedStack.SignerFunds}");
        Chain("TopUps__LowDays", "0");
        Chain("TopUps__TargetDays", "0");
        Chain("TopUps__CoolDown", "00:00:01");
        Chain("TopUps__AnomalyFloorWei", $"{SharedStack.SignerFunds}");
        foreach (var cap in new[] { "MaxPerTransferWei", "MaxPerSignerPerDayWei", "MaxPerDayWei" })
        {
            Chain($"TopUps__{cap}", $"{SharedStack.SignerFunds}");
        }

        return settings;

        void Chain(string key, string value) => settings[$"Chains__{DevChain.AppSettings.ChainName}__{key}"] = value;
    }

    /// <summary>What does not hold, and how many there were.</summary>
    public static async Task<(IReadOnlyList<string> Violations, long Count)> CheckAsync(RelayerUnderTest relayer, CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        var wrong = await Rows.ReadAsync(connection, Wrong, row => row.GetString(0), cancellation);
        var count = (await Rows.ReadAsync(connection, "select count(*) from top_ups where state = 1", row => row.GetInt64(0), cancellation))[0];
        return (count == 0 ? [.. wrong, "no signer was ever filled"] : wrong, count);
    }
}
