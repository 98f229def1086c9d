namespace Relayer.Core.Configuration;

/// <summary>How much one instance takes at once, bound from <c>Admission</c>.</summary>
public sealed class AdmissionOptions
{
    /// <summary>
    /// Requests that are being decided at once; one more is answered <c>overloaded</c> (503) at once. Beyond what the machine carries, more of
    /// them would only make everybody wait.
    /// </summary>
    public int MaxRequests { get; set; } = 512;
}
