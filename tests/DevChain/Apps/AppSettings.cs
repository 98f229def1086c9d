using System.Globalization;

namespace DevChain;

/// <summary>The app's settings for a development chain, as environment variables.</summary>
public static class AppSettings
{
    /// <summary>The configured chain's name.</summary>
    public const string ChainName = "local";

    /// <summary>What the demo's policy allows on its target: all but <c>forbidden()</c>.</summary>
    public static IReadOnlyList<string> AllowedFunctions { get; } = ["increment()", "fail(string)", "burn(uint256)"];

    /// <summary>Everything the app needs; quotas are wide.</summary>
    /// <param name="chainId">The EIP-155 id.</param>
    /// <param name="rpc">The node.</param>
    /// <param name="database">The connection string.</param>
    /// <param name="contracts">Both forwarders and the target.</param>
    /// <param name="signers">Funded accounts that pay for gas.</param>
    /// <param name="confirmations">Blocks on top before a transaction counts.</param>
    public static Dictionary<string, string> For(
        long chainId,
        Uri rpc,
        string database,
        Deployment contracts,
        IReadOnlyList<DevKey> signers,
        int confirmations = 1)
    {
        ArgumentNullException.ThrowIfNull(rpc);
        ArgumentNullException.ThrowIfNull(contracts);
        ArgumentNullException.ThrowIfNull(signers);
        var settings = new Dictionary<string, string>
        {
            ["Environment"] = "Development",
            ["Database__ConnectionString"] = database,
            ["Cors__Origins__0"] = "*", // any page on this machine may attach to a development stack
        };
        Chain("ChainId", Text(chainId));
        Chain("Rpc__0", rpc.ToString());
        Chain("Confirmations", Text(confirmations));
        Forwarder(0, contracts.OpenZeppelin.ToString(), "OpenZeppelin", Deployment.OpenZeppelinName);
        Forwarder(1, contracts.Infinex.ToString(), "Infinex", Deployment.InfinexName);
        for (var i = 0; i < signers.Count; i++)
        {
            Chain($"Signers__{Text(i)}__Key", signers[i].PrivateKey);
            Chain($"Signers__{Text(i)}__Address", signers[i].Address.ToString());
        }

        Chain("Policy__Targets__0__Address", contracts.Target.ToString());
        for (var i = 0; i < AllowedFunctions.Count; i++)
        {
            Chain($"Policy__Targets__0__Functions__{Text(i)}", AllowedFunctions[i]);
        }

        // On a development machine everybody has the same address.
        foreach (var limit in new[] { "MaxConnectionsPerAddress", "MaxWaitsPerAddress", "MaxStreamsPerAddress" })
        {
            settings[$"Admission__{limit}"] = "4000";
        }

        foreach (var rate in new[] { "AttemptsPerMinutePerAddress", "AttemptsPerMinutePerUser" })
        {
            settings[$"Admission__{rate}"] = "100000000";
        }

        // Room for the longest reason that a test has the target fail with.
        Chain("Policy__Targets__0__MaxDataBytes", "32768");

        // A development node queues whatever it is given; geth would take 64 from one account.
        Chain("MaxInFlightPerSigner", "500");

        // anvil strands what reaches it in the moment in which the transaction before is mined: queued indefinitely behind a nonce that is gone,
        // and the same bytes again are "already imported". A higher offer frees it.
        Chain("Fees__BumpAfter", "00:00:15");
        Chain("Fees__BumpEvery", "00:00:05");

        // Budgets that nothing here reaches: they are counted all the same, as in earnest.
        foreach (var budget in new[] { "HourWei", "DayWei", "UserHourWei", "UserDayWei", "ValueHourWei", "ValueDayWei" })
        {
            Chain($"Budgets__{budget}", "1" + new string('0', 24));
        }

        Chain("Policy__MaxUnderWay", "100000");
        Chain("Policy__RelaysPerMinute", "100000");
        Chain("Policy__GasPerDay", "1000000000000");
        return settings;

        void Chain(string key, string value) => settings[$"Chains__{ChainName}__{key}"] = value;

        void Forwarder(int index, string address, string dialect, string name)
        {
            var prefix = $"Forwarders__{Text(index)}__";
            Chain(prefix + "Address", address);
            Chain(prefix + "Dialect", dialect);
            Chain(prefix + "Name", name);
            Chain(prefix + "Version", Deployment.DomainVersion);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
