namespace Relayer.Core.Configuration.Keepers;

/// <summary>Circle's attestation service, bound from <c>Circle</c>.</summary>
public sealed class CircleOptions
{
    /// <summary>Its base URL, such as <c>https://iris-api.circle.com</c>; nothing is redeemed without.</summary>
    public string Url { get; set; } = "";

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
