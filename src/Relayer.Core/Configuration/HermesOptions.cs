namespace Relayer.Core.Configuration;

/// <summary>Pyth's price service, bound from <c>Hermes</c>.</summary>
public sealed class HermesOptions
{
    /// <summary>Its base URL; the keepers that need prices do not start without.</summary>
    public string Url { get; set; } = "";

    /// <summary>Sent as a bearer token when given. A secret.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
