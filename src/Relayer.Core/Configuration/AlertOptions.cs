namespace Relayer.Core.Configuration;

/// <summary>Where incidents are told, bound from <c>Alerts</c>.</summary>
public sealed class AlertOptions
{
    /// <summary>The https URL that is posted to. Empty tells nobody.</summary>
    public string WebhookUrl { get; set; } = "";

    /// <summary>
    /// The name of the Key Vault secret that holds what the receiver checks signatures with: at least 32 characters that only the two know.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>The same itself, in development only.</summary>
    public string Key { get; set; } = "";

    /// <summary>How long one delivery may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long a delivery is tried again.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);

    internal bool IsConfigured => WebhookUrl.Length > 0;
}

/// <summary>Checks where incidents are told.</summary>
internal static class AlertOptionsValidator
{
    /// <summary>The fewest characters a key may have.</summary>
    public const int LeastKeyLength = 32;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    public static void Validate(AlertOptions alerts, bool isDevelopment, OptionFaults faults)
    {
        if (!alerts.IsConfigured)
        {
            return;
        }

        var isUsable = Uri.TryCreate(alerts.WebhookUrl, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (isDevelopment && url.Scheme == Uri.UriSchemeHttp));
        faults.AddIf(!isUsable, "Alerts:WebhookUrl", "is not an https URL");
        ValidateKey(alerts, isDevelopment, faults);
        faults.AddIf(alerts.Timeout <= TimeSpan.Zero || alerts.Timeout > LongestTimeout, "Alerts:Timeout", "must be above 0 and at most a minute");
        faults.AddIf(alerts.GiveUpAfter <= TimeSpan.Zero, "Alerts:GiveUpAfter", "must be longer than nothing");
    }

    private static void ValidateKey(AlertOptions alerts, bool isDevelopment, OptionFaults faults)
    {
        var (hasSecret, hasKey) = (alerts.Secret.Length > 0, alerts.Key.Length > 0);
        faults.AddIf(hasSecret && hasKey, "Alerts", "has both a Secret and a Key; give one");
        faults.AddIf(!hasSecret && !hasKey, "Alerts:Secret", "is missing: alerts are signed");
        faults.AddIf(
            hasSecret && !ChainOptionsValidator.IsSecretName(alerts.Secret), "Alerts:Secret",
            "is not a Key Vault secret name (1 to 127 letters, digits and hyphens)");
        faults.AddIf(
            hasKey && !isDevelopment, "Alerts:Key",
            "a literal key is accepted only when Environment is Development; name a Key Vault Secret instead");
        faults.AddIf(hasKey && alerts.Key.Length < LeastKeyLength, "Alerts:Key", $"must have at least {LeastKeyLength} characters");
    }
}
