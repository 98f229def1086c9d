namespace Relayer.Core.Configuration;

/// <summary>Pyth's price service, bound from <c>Hermes</c>.</summary>
public sealed class HermesOptions
{
    /// <summary>Its base URL; the keepers that need prices do not start without.</summary>
    public string Url { get; set; } = "";

    /// <summary>The name of the Key Vault secret that holds the API key, sent as a bearer token; none is sent when empty.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The API key itself, in development only.</summary>
    public string Key { get; set; } = "";

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
