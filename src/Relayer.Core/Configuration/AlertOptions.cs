namespace Relayer.Core.Configuration;

/// <summary>Where incidents are told, bound from <c>Alerts</c>.</summary>
public sealed class AlertOptions
{
    /// <summary>The https URL that incidents are posted to. Without it nobody is told.</summary>
    public string WebhookUrl { get; set; } = "";

    /// <summary>
    /// The name of the Key Vault secret that holds what the receiver checks signatures with: at least 32 characters that only the two know.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>That text itself, instead of a secret: in <c>Development</c> only.</summary>
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

        faults.RequireHttpsUrl(alerts.WebhookUrl, "Alerts:WebhookUrl", isDevelopment);
        ValidateKey(alerts, isDevelopment, faults);
        faults.RequireTime(alerts.Timeout, LongestTimeout, "a minute", "Alerts:Timeout");
        faults.RequireLonger(alerts.GiveUpAfter, "Alerts:GiveUpAfter");
    }

    private static void ValidateKey(AlertOptions alerts, bool isDevelopment, OptionFaults faults)
    {
        faults.RequireSecretOrKey("Alerts", alerts.Secret, alerts.Key, isDevelopment);
        faults.AddIf(alerts.Secret.Length == 0 && alerts.Key.Length == 0, "Alerts:Secret", "is missing: alerts are signed");
        faults.AddIf(alerts.Key.Length is > 0 and < LeastKeyLength, "Alerts:Key", $"must have at least {LeastKeyLength} characters");
    }
}
