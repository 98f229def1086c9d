namespace Relayer.Core.Configuration.Chains;

/// <summary>
/// A service of one's own that approves each request after the simulation, bound from <c>Chains:{name}:Policy:Approval</c>. It is asked with a signed POST:
/// any 2xx approves, 403 does not, everything else is a failure.
/// </summary>
public sealed class ApprovalOptions
{
    /// <summary>The https URL that is asked. Without it nobody is.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// The name of the Key Vault secret that holds what the service checks signatures with: at least 32 characters that only the two know.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>That text itself, instead of a secret: in <c>Development</c> only.</summary>
    public string Key { get; set; } = "";

    /// <summary>How long an answer may take; each request waits for it.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary><c>deny</c> refuses requests as <c>approval_unavailable</c> (503) while the service fails; <c>allow</c> lets them pass.</summary>
    public string OnFailure { get; set; } = "deny";
}
