using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Crashes;

namespace Relayer.Core.Configuration;

/// <summary>Checks the configuration as a whole before anything starts.</summary>
/// <remarks>
/// Messages name the key and what is wrong, and never repeat a value that may be secret (keys, URLs, connection strings).
/// </remarks>
public static class RelayerOptionsValidator
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Everything wrong, each as <c>Key: what is wrong</c>; empty when the configuration can be started with.</summary>
    public static IReadOnlyList<string> Validate(RelayerOptions options)
    {
        var faults = new OptionFaults(options.ListUnread());
        DatabaseOptionsValidator.Validate(options.Database, options.IsDevelopment, faults);
        ValidateKeyVault(options, faults);
        AdmissionOptionsValidator.Validate(options.Admission, faults);
        AlertOptionsValidator.Validate(options.Alerts, options.IsDevelopment, faults);
        var sources = new KeySources(options.IsDevelopment);
        OperatorOptionsValidator.Validate(options, sources, faults);
        ClientOptionsValidator.Validate(options, sources, faults);
        ValidateCrashPoints(options, faults);
        if (options.Chains.Count == 0)
        {
            faults.Add("Chains", "at least one chain is needed");
        }

        foreach (var (name, chain) in options.Chains)
        {
            ChainOptionsValidator.Validate($"Chains:{name}", chain, options.IsDevelopment, faults);
        }

        HermesOptionsValidator.Validate(options, faults);
        AccountKeepersValidator.Validate(options, faults);
        KeeperRecordsValidator.Validate(options, faults);
        var byId = options.Chains.Where(entry => entry.Value.ChainId > 0).GroupBy(entry => entry.Value.ChainId);
        foreach (var group in byId.Where(group => group.Skip(1).Any()))
        {
            faults.Add($"Chains:{group.Last().Key}:ChainId", $"{group.Key} is already that of Chains:{group.First().Key}");
        }

        return faults.Messages;
    }

    /// <summary>The same for <c>Database</c> alone, for a program that uses nothing else.</summary>
    public static IReadOnlyList<string> ValidateDatabase(RelayerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        const string key = "Database:ConnectionString";
        var faults = new OptionFaults(UnmeantTexts.Fault(options.Database.ConnectionString) is { } unmeant ? [new TextFault(key, unmeant)] : []);
        DatabaseOptionsValidator.Validate(options.Database, options.IsDevelopment, faults);
        return faults.Messages;
    }

    private static void ValidateCrashPoints(RelayerOptions options, OptionFaults faults)
    {
        var point = options.CrashPoints;
        faults.AddIf(point.At.Length > 0 && !options.IsDevelopment, "CrashPoints:At", "is for Development only");
        faults.AddIf(point.At.Length > 0 && !CrashPoints.All.Contains(point.At), "CrashPoints:At", $"is not one of {string.Join(", ", CrashPoints.All)}");
        faults.AddIf(point.Occurrence < 1, "CrashPoints:Occurrence", "must be at least 1");
    }

    private static void ValidateKeyVault(RelayerOptions options, OptionFaults faults)
    {
        var vault = options.KeyVault;
        var isApart = vault.CouncilUri.Length > 0;
        var used = options.Chains.Values.SelectMany(chain => isApart ? chain.Signers : chain.Signers.Append(chain.Council)).Any(signer => signer.Secret.Length > 0)
            || options.Hermes.Fallbacks.Prepend(options.Hermes).Any(service => service.Secret.Length > 0) || options.Alerts.Secret.Length > 0
            || options.Operators.Values.Any(one => one.Secret.Length > 0) || options.Clients.Values.Any(one => one.Secret.Length > 0)
            || options.Chains.Values.Any(chain => chain.Policy.Approval.Secret.Length > 0);
        if (vault.Uri.Length == 0)
        {
            faults.AddIf(used, "KeyVault:Uri", "is missing, though a signer, the council's wallet, Hermes, the webhook, an operator, a client or an approval names a secret");
        }
        else
        {
            faults.RequireHttpsUrl(vault.Uri, "KeyVault:Uri");
        }

        if (isApart)
        {
            faults.RequireHttpsUrl(vault.CouncilUri, "KeyVault:CouncilUri");
        }

        faults.AddIf(
            vault.CouncilIdentity.Length > 0 && !Guid.TryParse(vault.CouncilIdentity, out _), "KeyVault:CouncilIdentity", "is not a client id, such as 00000000-0000-0000-0000-000000000000");
        faults.RequireLonger(vault.RefreshAfter, "KeyVault:RefreshAfter");
        faults.RequireTime(vault.Timeout, LongestWait, "30 seconds", "KeyVault:Timeout");
        faults.RequireNotNegative(vault.RetireAfter, "KeyVault:RetireAfter");
    }
}
