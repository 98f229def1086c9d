namespace Relayer.Core.Configuration.Keepers;

/// <summary>Pyth's price service, bound from <c>Hermes</c>, and those asked after it, bound from <c>Hermes:Fallbacks</c>.</summary>
public class HermesServiceOptions
{
    /// <summary>Its base URL, such as <c>https://hermes.pyth.network</c>.</summary>
    public string Url { get; set; } = "";

    /// <summary>The name of the Key Vault secret that holds the API key, sent as a bearer token; none is sent when empty.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The API key itself, instead of a secret: in <c>Development</c> only.</summary>
    public string Key { get; set; } = "";
}

/// <summary>Where prices come from, bound from <c>Hermes</c>. The keepers that need prices do not start without a URL.</summary>
public sealed class HermesOptions : HermesServiceOptions
{
    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Others that speak the same, asked in this order when those before them have no usable answer.</summary>
    public IList<HermesServiceOptions> Fallbacks { get; } = [];
}
