using Microsoft.Extensions.Configuration;

namespace Relayer.Core.Configuration.Reading;

/// <summary>Finds texts that nobody meant: references that nobody resolved, and values that kept the quotes of a shell or a file.</summary>
internal static class UnmeantTexts
{
    // https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-source-app-settings-from-key-vault: where the vault
    // refuses, the app is given the reference itself as its setting's text.
    private static readonly (string Start, string What)[] References =
        [("@Microsoft.KeyVault(", "a Key Vault"), ("@Microsoft.AppConfiguration(", "an App Configuration")];

    // Azure gives each setting a second time, under this name.
    private const string Copy = "APPSETTING_";

    // Beside the sections that are bound to options.
    private static readonly string[] OtherSections = ["Cors", "Schedules", "Port", "urls"];

    /// <summary>Each such setting with what is wrong with it; never with the text.</summary>
    /// <param name="configuration">The settings.</param>
    public static IReadOnlyList<TextFault> Find(IConfiguration configuration) =>
        [.. from setting in configuration.AsEnumerable()
            where setting.Value is not null && !setting.Key.StartsWith(Copy, StringComparison.OrdinalIgnoreCase)
            let fault = Fault(setting.Value, IsOurs(setting.Key))
            where fault is not null
            orderby setting.Key
            select new TextFault(setting.Key, fault)];

    /// <summary>What is wrong with one text; <see langword="null"/> for nothing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isOurs">It is a setting of the app's own, and none that the environment brings along.</param>
    public static string? Fault(string text, bool isOurs = true)
    {
        foreach (var (start, what) in References)
        {
            var at = text.IndexOf(start, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                return at == 0
                    ? $"is {what} reference that was not resolved: look at the reference, the app's identity and its access to what it names"
                    : $"has {what} reference in its text: only a reference that is the whole value is resolved";
            }
        }

        return isOurs && text.Trim() is ['"', _, .., '"'] or ['\'', _, .., '\''] ? "stands in quotes: take them off" : null;
    }

    private static bool IsOurs(string key)
    {
        var section = key.Split(':')[0];
        return OtherSections.Contains(section, StringComparer.OrdinalIgnoreCase) || UnknownSettings.IsSection(section);
    }
}
