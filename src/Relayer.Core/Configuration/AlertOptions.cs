namespace Relayer.Core.Configuration;

/// <summary>Where incidents are told, bound from <c>Alerts</c>.</summary>
public sealed class AlertOptions
{
    /// <summary>The https URL that is posted to. Empty tells nobody.</summary>
    public string WebhookUrl { get; set; } = "";

    /// <summary>What the receiver checks signatures with: at least 32 characters that only the two know.</summary>
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
    private const int LeastKeyLength = 32;
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
        faults.AddIf(alerts.Key.Length < LeastKeyLength, "Alerts:Key", $"must have at least {LeastKeyLength} characters");
        faults.AddIf(alerts.Timeout <= TimeSpan.Zero || alerts.Timeout > LongestTimeout, "Alerts:Timeout", "must be above 0 and at most a minute");
        faults.AddIf(alerts.GiveUpAfter <= TimeSpan.Zero, "Alerts:GiveUpAfter", "must be longer than nothing");
    }
}
